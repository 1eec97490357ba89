"""Bytes as text, for values of features."""

from __future__ import annotations

import hashlib

__all__ = ["render_bytes"]

_MOST_BINARY = 65536


def render_bytes(data: bytes) -> str:
    """Text where the bytes are text, else hexadecimal; of what is very long, a digest."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        if len(data) <= _MOST_BINARY:
            return data.hex()
        digest = hashlib.sha256(data).hexdigest()
        return f"{data[:_MOST_BINARY].hex()}… {len(data)} bytes, sha256 {digest}"
