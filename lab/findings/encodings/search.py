"""One search for many texts, in all their forms and in all layers of a value.

A value is searched for the texts, their forms (:mod:`lab.findings.encodings.forms`) and their
digests (:mod:`lab.findings.encodings.digest_forms`) in one pass
(:mod:`lab.findings.encodings.aho_corasick`).  If nothing is found, the encodings around it are
undone (:mod:`lab.findings.encodings.decoders`) and the result is searched in the same way, so
that every form is also found in base64 and in gzip.  Hits that chance alone would produce
(:mod:`lab.findings.encodings.e_values`) do not count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from lab.findings.encodings.aho_corasick import (
    Automaton,
    bytes_to_text,
    text_to_bytes,
    xor_differences,
)
from lab.findings.encodings.decoders import MAX_BYTES, MAX_DEPTH, decode_outer
from lab.findings.encodings.digest_forms import Digest, build_digests
from lab.findings.encodings.e_values import (
    MIN_EMBEDDED_LENGTH,
    NEGLIGIBLE,
    ExpectedHits,
    Family,
    count_positions,
    count_text_bits,
)
from lab.findings.encodings.forms import Form, build_forms, build_xor_form
from lab.findings.encodings.truncated_digests import match_digest

__all__ = ["LETTER_CASE", "MIN_LENGTH", "PLAIN", "Hit", "TextSearch"]

PLAIN = "plain"
LETTER_CASE = "letter case"

MIN_LENGTH = 3
"""Characters of a text that is searched for."""

_MOST_SEARCHED = 8 << 20
_SHORTEST_LAYER = 6
_MOST_PIECES = 32
_RANKS: dict[Family, int] = {
    "plain": 0,
    "encoded": 1,
    "letter case": 1_000,
    "digest": 2_000,
    "xor": 3_000,
}


class Hit(msgspec.Struct, frozen=True):
    """A text that was found in a value."""

    needle: str
    encoding: str
    """PLAIN, or the name of the encoding."""
    chance: float
    """How many such hits chance alone would produce."""


class _Mark(msgspec.Struct, frozen=True):
    """A form in the automaton and what it means; plainer forms have lower ranks."""

    group: int
    needle: str
    family: Family
    rank: int
    form: Form | Digest


class TextSearch:
    """Groups of texts, all searched for in one pass over a value."""

    def __init__(
        self, groups: Sequence[Iterable[str]], hashed: Sequence[Iterable[str]] = ()
    ) -> None:
        """Texts of fewer than MIN_LENGTH characters are left out.

        Args:
            groups: Groups of texts; each has a hit of its own.
            hashed: For each group, texts of which only digests are searched for; empty where
                there are none at all.
        """
        self._groups = [[text for text in group if len(text) >= MIN_LENGTH] for group in groups]
        marks = [
            mark
            for number, group in enumerate(self._groups)
            for mark in _build_marks(number, group, hashed[number] if hashed else ())
        ]
        self._exact = _build_automaton(
            mark for mark in marks if mark.family not in ("letter case", "xor")
        )
        self._cased = _build_automaton(mark for mark in marks if mark.family == "letter case")
        self._xors = _build_automaton(mark for mark in marks if mark.family == "xor")
        bits: dict[tuple[int, Family], list[float]] = defaultdict(list)
        for mark in marks:
            known = 0.0 if isinstance(mark.form, Digest) else mark.form.bits
            bits[mark.group, mark.family].append(known)
        self._chances = {key: ExpectedHits(values) for key, values in bits.items()}

    def hits(self, value: str) -> tuple[Hit | None, ...]:
        """For each group, the plainest way in which the value contains one of its texts."""
        found: dict[int, Hit] = {}
        for number, group in enumerate(self._groups):
            for needle in group:
                if needle in value:
                    chance = self._chances[number, "plain"].count(
                        count_text_bits(needle), len(value)
                    )
                    found[number] = Hit(needle, PLAIN, chance)
                    break
        if len(found) < len(self._groups):
            data = text_to_bytes(value)
            lower = bytes_to_text(text_to_bytes(value.lower()))
            self._search_layer(bytes_to_text(data), lower, "", found)
            self._search_xored(data[:MAX_BYTES], "", found)
            self._search_xored(_code_points_to_bytes(data[:MAX_BYTES]), "", found)
            self._search_encoded(data[:MAX_BYTES], found)
        return tuple(found.get(number) for number in range(len(self._groups)))

    def _search_encoded(self, data: bytes, found: dict[int, Hit]) -> None:
        """Search what a value becomes when encodings are undone, one depth after another."""
        budget = _MOST_SEARCHED
        pending: list[tuple[int, str, bytes]] = [(1, "", data)]
        while pending and len(found) < len(self._groups):
            depth, chain, outer = pending.pop(0)
            for layer in decode_outer(outer):
                if layer.encoding == "reversed" and chain:
                    continue
                here = f"{layer.encoding} in {chain}" if chain else layer.encoding
                inner = b"\n".join(layer.pieces)[:MAX_BYTES]
                budget -= len(inner)
                if budget < 0:
                    return
                self._search_layer(bytes_to_text(inner), bytes_to_text(inner.lower()), here, found)
                self._search_xored(inner, here, found)
                if depth < MAX_DEPTH:
                    pieces = sorted(layer.pieces, key=len, reverse=True)[:_MOST_PIECES]
                    long = [piece for piece in pieces if len(piece) >= _SHORTEST_LAYER]
                    pending += [(depth + 1, here, piece) for piece in long]

    def _search_layer(self, text: str, small: str, chain: str, found: dict[int, Hit]) -> None:
        """Search one layer for the groups that are not found yet.

        ``small`` is the layer in small letters, ``chain`` the encodings around it.
        """
        best: dict[int, tuple[int, Hit]] = {}
        for automaton, searched in ((self._exact, text), (self._cased, small)):
            for start, mark in automaton.find(searched):
                if mark.group in found:
                    continue
                known = best.get(mark.group)
                if known is not None and known[0] < mark.rank:
                    continue
                if known is not None and known[0] == mark.rank and mark.family != "digest":
                    continue
                hit = self._check_hit(searched, start, mark, chain)
                if hit and (known is None or (mark.rank, hit.chance) < (known[0], known[1].chance)):
                    best[mark.group] = mark.rank, hit
        found.update({group: hit for group, (_, hit) in best.items()})

    def _search_xored(self, data: bytes, chain: str, found: dict[int, Hit]) -> None:
        if len(found) == len(self._groups) or len(data) < _SHORTEST_LAYER:
            return
        for start, mark in self._xors.find(bytes_to_text(xor_differences(data))):
            key = data[start] ^ text_to_bytes(mark.needle)[0]
            if mark.group in found or not key or isinstance(mark.form, Digest):
                continue
            chance = self._chances[mark.group, "xor"].count(mark.form.bits, len(data))
            if chance < NEGLIGIBLE:
                found[mark.group] = Hit(
                    mark.needle, _join_encodings(f"xor 0x{key:02x}", chain), chance
                )

    def _check_hit(self, text: str, start: int, mark: _Mark, chain: str) -> Hit | None:
        """The hit, if the text around it and the length that was searched let it count."""
        form, chances = mark.form, self._chances[mark.group, mark.family]
        if isinstance(form, Digest):
            run = match_digest(form, text, start)
            if run is None:
                return None
            # Base64 may hold the digest itself, or its hexadecimal digits.
            as_hex = chain.startswith("base64") and form.format in ("hex", "end of hex")
            name = f"{run.encoding} hex" if as_hex else run.encoding
            chance = chances.count_truncated(run.bits, run.positions)
        else:
            if len(form.text) < MIN_EMBEDDED_LENGTH and not _is_isolated(
                text, start, start + len(form.text)
            ):
                return None
            name = form.encoding
            chance = chances.count(form.bits, count_positions(text, form.text))
        return (
            Hit(mark.needle, _join_encodings(name, chain), chance) if chance < NEGLIGIBLE else None
        )


def _build_marks(number: int, group: Sequence[str], hashed: Iterable[str]) -> Iterator[_Mark]:
    def mark(needle: str, family: Family, form: Form | Digest, more: int = 0) -> _Mark:
        return _Mark(number, needle, family, _RANKS[family] + more, form)

    for needle in group:
        bits = count_text_bits(needle)
        yield mark(needle, "plain", Form(PLAIN, bytes_to_text(text_to_bytes(needle)), bits))
        small = bytes_to_text(text_to_bytes(needle.lower()))
        yield mark(needle, "letter case", Form(LETTER_CASE, small, bits))
        for position, form in enumerate(build_forms(needle)):
            yield mark(needle, "encoded", form, position)
        if (invariant := build_xor_form(needle)) is not None:
            yield mark(needle, "xor", invariant)
    for needle in dict.fromkeys((*group, *hashed)):
        if len(needle) >= MIN_LENGTH:
            for digest in build_digests(needle):
                yield mark(needle, "digest", digest)


def _build_automaton(marks: Iterable[_Mark]) -> Automaton[_Mark]:
    return Automaton(
        (mark.form.start if isinstance(mark.form, Digest) else mark.form.text, mark)
        for mark in marks
    )


def _code_points_to_bytes(data: bytes) -> bytes:
    """The code points of a text as bytes, where all are up to U+00FF; empty for other texts."""
    if data.isascii():
        return b""
    try:
        return data.decode().encode("latin-1")
    except UnicodeError:
        return b""


def _join_encodings(encoding: str, chain: str) -> str:
    if not chain:
        return encoding
    return chain if encoding == PLAIN else f"{encoding} in {chain}"


def _is_isolated(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches this part of the text."""
    before = text[max(start - 4, 0) : start].encode("latin-1").decode(errors="ignore")
    after = text[end : end + 4].encode("latin-1").decode(errors="ignore")
    return not (before and before[-1].isalnum()) and not (after and after[0].isalnum())
