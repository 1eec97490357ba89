"""The forms of a text: every way to write it that is searched for, but digests.

A :class:`Form` is what to search for, the name of the encoding, and how many bits of it chance
would have to guess: a form of n characters stands at one given position of random text with a
probability of 2^-bits (:mod:`lab.findings.encodings.e_values`).  The encodings themselves are
the table :data:`lab.findings.encodings.text_encodings.ENCODINGS`; digests are in
:mod:`lab.findings.encodings.digest_forms`.
"""

from __future__ import annotations

import msgspec

from lab.findings.encodings.aho_corasick import bytes_to_text, text_to_bytes, xor_differences
from lab.findings.encodings.text_encodings import ENCODINGS

__all__ = ["Form", "build_forms", "build_xor_form"]

_SHORTEST_XOR = 6
_SHORTEST_FORM = 4
_XOR_BITS = 4.0
"""Bits of one byte XOR the next in ordinary text: most of it is small letters."""


class Form(msgspec.Struct, frozen=True):
    """One way to write a text; ``text`` has one character for each byte to search for."""

    encoding: str
    text: str
    bits: float


def build_forms(needle: str) -> tuple[Form, ...]:
    """All forms of a text but digests and XOR, the plainest first; none is the text itself."""
    plain = bytes_to_text(text_to_bytes(needle))
    found: dict[str, Form] = {}
    for encoding in ENCODINGS:
        for text in encoding.write(needle):
            if len(text) >= _SHORTEST_FORM and text != plain and text not in found:
                found[text] = Form(encoding.name, text, encoding.bits(needle, text))
    return tuple(found.values())


def build_xor_form(needle: str) -> Form | None:
    """What of a text is the same under every single-byte XOR; None for a short text."""
    data = text_to_bytes(needle)
    if len(data) < _SHORTEST_XOR:
        return None
    text = xor_differences(data)
    return Form("xor", bytes_to_text(text), _XOR_BITS * sum(step != 0 for step in text))
