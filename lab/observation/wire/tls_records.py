"""The records of a TLS handshake (RFC 8446, 5): how they are cut, and what of them is legible.

The contents of the hello are in a record of its own.  Ciphertext is as good as random, so only its
length is stated.
"""

from __future__ import annotations

from lab.observation.parts import MessagePart
from lab.observation.wire.reading import Reading, describe_sizes

__all__ = ["read_tls_records"]

_CIPHER_CHANGE, _ALERT, _HANDSHAKE = 20, 21, 22
_KINDS = {_CIPHER_CHANGE: "cipher change", _ALERT: "alert", _HANDSHAKE: "message", 23: "ciphertext"}
_HEAD = 5
_CLIENT_HELLO = 1
_PLAIN_ALERT = 2


def read_tls_records(data: bytes) -> Reading:
    """Read whole records up to the first that is none."""
    reading = Reading(len(data))
    at = _read_hello(data, reading)
    encrypted = False
    while len(data) >= at + _HEAD and data[at] in _KINDS and data[at + 1] == 3:
        size = int.from_bytes(data[at + 3 : at + 5])
        end = at + _HEAD + size
        if len(data) < end:
            break
        content = data[at + _HEAD : end]
        kind = _KINDS[data[at]]
        legible = data[at] == _CIPHER_CHANGE or (
            not encrypted
            and (data[at] == _HANDSHAKE or (data[at] == _ALERT and size == _PLAIN_ALERT))
        )
        encrypted = encrypted or data[at] == _CIPHER_CHANGE
        reading.cover(at, end, f"TLS {kind}")
        what = content.hex() if legible else f"{size} bytes of ciphertext"
        value = f"version 3.{data[at + 2]}: {what}"
        reading.state(MessagePart.HELLO_FIELD, f"record/{kind}", value)
        at = end
    return reading


def _read_hello(data: bytes, reading: Reading) -> int:
    """Read the records of the hello; return where they end."""
    if len(data) < _HEAD + 4 or data[0] != _HANDSHAKE or data[_HEAD] != _CLIENT_HELLO:
        return 0
    left = 4 + int.from_bytes(data[_HEAD + 1 : _HEAD + 4])
    at = 0
    sizes: list[int] = []
    versions: dict[str, None] = {}
    while left > 0:
        end = at + _HEAD + int.from_bytes(data[at + 3 : at + 5])
        if data[at : at + 1] != bytes([_HANDSHAKE]) or len(data) < end:
            return at
        versions[f"{data[at + 1]}.{data[at + 2]}"] = None
        sizes.append(end - at - _HEAD)
        left -= sizes[-1]
        reading.cover(at, min(end, end + left), "TLS hello")
        at = end
    words = f"version {' '.join(versions)}: {describe_sizes(sizes)}"
    reading.state(MessagePart.HELLO_FIELD, "record/hello", words)
    return at
