"""Truncated digests: runs of digits in a value that begin or end like a digest."""

from __future__ import annotations

import base64
import re

import msgspec

from lab.findings.encodings.digest_forms import SHORTEST_DIGEST, Digest

__all__ = ["DigestMatch", "match_digest"]

_HEX = re.compile(r"[0-9A-Fa-f]+")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]+")
_STANDARD = str.maketrans("-_", "+/")
_LONGEST = 128
_SHORTEST_BYTES = 6
_UUID_BITS = 120.0
"""The digits of the version and of the variant are not the digest's."""


class DigestMatch(msgspec.Struct, frozen=True):
    """A digest that was found in a value."""

    encoding: str
    """Its name, and how it was cut."""
    bits: float
    """Bits that agree."""
    positions: int
    """Positions in the value where it could stand."""


def match_digest(digest: Digest, text: str, start: int) -> DigestMatch | None:
    """How much of a digest a text has at one position; None where that does not count.

    A whole digest counts anywhere, a truncated one only as a run of digits of its own.

    Args:
        digest: The digest in one format.
        text: What is searched.
        start: Where ``digest.start`` was found in the text.
    """
    match digest.format:
        case "hex" if not text.startswith(digest.whole, start):
            return _match_hex_prefix(digest, text, start)
        case "end of hex":
            return _match_hex_suffix(digest, text, start + SHORTEST_DIGEST)
        case "base64" if not text.startswith(digest.whole, start):
            return _match_base64_prefix(digest, text, start)
        case "uuid":
            return _match_uuid(digest, text[start : start + len(digest.whole)], len(text))
    if not text.startswith(digest.whole, start):
        return None
    inside = {"base64": " in base64", "base32": " in base32"}.get(digest.format, "")
    return DigestMatch(digest.name + inside, 8.0 * len(digest.data), len(text))


def _match_hex_prefix(digest: Digest, text: str, start: int) -> DigestMatch | None:
    run = _HEX.match(text, start)
    if run is None or (start and _HEX.match(text[start - 1])):
        return None
    if not digest.whole.lower().startswith(run[0].lower()):
        return None
    cut = f"[:{len(run[0])}]" if len(run[0]) < len(digest.whole) else ""
    return DigestMatch(digest.name + cut, 4.0 * len(run[0]), _count_runs(_HEX, text, run[0]))


def _match_hex_suffix(digest: Digest, text: str, end: int) -> DigestMatch | None:
    if _HEX.match(text, end):
        return None
    run = re.search(r"[0-9A-Fa-f]*$", text[max(end - _LONGEST - 1, 0) : end])
    assert run is not None, "a run may be empty"
    if not digest.whole.lower().endswith(run[0].lower()) or len(run[0]) == len(digest.whole):
        return None
    return DigestMatch(
        f"{digest.name}[-{len(run[0])}:]", 4.0 * len(run[0]), _count_runs(_HEX, text, run[0])
    )


def _match_base64_prefix(digest: Digest, text: str, start: int) -> DigestMatch | None:
    run = _BASE64.match(text, start)
    if run is None or (start and _BASE64.match(text[start - 1])):
        return None
    if text.startswith("%", run.end()):
        return None  # the run continues behind a percent escape
    digits = run[0].translate(_STANDARD)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    data = base64.b64decode(digits + "=" * (-len(digits) % 4))
    if len(data) < _SHORTEST_BYTES or not digest.data.startswith(data):
        return None
    cut = f"[:{2 * len(data)}]" if len(data) < len(digest.data) else ""
    return DigestMatch(
        f"{digest.name}{cut} in base64", 8.0 * len(data), _count_runs(_BASE64, text, run[0])
    )


def _match_uuid(digest: Digest, there: str, positions: int) -> DigestMatch | None:
    """A digest in the format of a UUID, with or without its version and variant set."""

    def free(text: str) -> str:
        return text[:14] + text[15:19] + text[20:]

    if len(there) != len(digest.whole) or free(there) != free(digest.whole):
        return None
    return DigestMatch(f"{digest.name} as uuid", _UUID_BITS, positions)


def _count_runs(kind: re.Pattern[str], text: str, run: str) -> int:
    """How many runs of digits of this length the text has, at least one."""
    return max(1, sum(len(found) == len(run) for found in kind.findall(text)))
