"""One search for many texts in all their forms, and in all layers of a value.

A value is searched for the texts and for all their forms (:mod:`lab.findings.encodings.forms`) in
one pass (:mod:`lab.findings.encodings.aho_corasick`).  If nothing is found, what it becomes when
encodings around it are undone (:mod:`lab.findings.encodings.decoders`) is searched in the same way,
so that every form is found in base64 and in gzip too.  What chance would make
(:mod:`lab.findings.encodings.e_values`) is not counted.
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
from lab.findings.encodings.e_values import (
    MIN_EMBEDDED_LENGTH,
    NEGLIGIBLE,
    ExpectedHits,
    Family,
    count_positions,
)
from lab.findings.encodings.forms import (
    Digest,
    Form,
    build_digests,
    build_forms,
    build_xor_form,
    count_text_bits,
)
from lab.findings.encodings.truncated_digests import match_digest

__all__ = ["LETTER_CASE", "MIN_LENGTH", "PLAIN", "Hit", "TextSearch"]

PLAIN = "plain"
LETTER_CASE = "letter case"

MIN_LENGTH = 3
"""Characters of a text that is looked for."""

_MOST_SEARCHED = 8 << 20
_SHORTEST_LAYER = 6
_MOST_PIECES = 32
_RANKS: dict[Family, int] = {
    "plain": 0,
    "written": 1,
    "letter case": 1_000,
    "digest": 2_000,
    "xor": 3_000,
}


class Hit(msgspec.Struct, frozen=True):
    """Where a text was found: in which encoding, and how many such hits chance would make."""

    needle: str
    encoding: str
    chance: float


class _Mark(msgspec.Struct, frozen=True):
    """What a form in the automaton stands for; plainer forms have lower ranks."""

    group: int
    needle: str
    family: Family
    rank: int
    form: Form | Digest


class TextSearch:
    """Groups of texts, all looked for in one pass over a value."""

    def __init__(
        self, groups: Sequence[Iterable[str]], hashed: Sequence[Iterable[str]] = ()
    ) -> None:
        """Texts of fewer than three characters are left out.

        Of the texts in ``hashed``, a group for each of the others or none at all, only
        digests are looked for.
        """
        self._groups = [[text for text in group if len(text) >= MIN_LENGTH] for group in groups]
        marks = [
            mark
            for number, group in enumerate(self._groups)
            for mark in _marks(number, group, hashed[number] if hashed else ())
        ]
        self._exact = _automaton(
            mark for mark in marks if mark.family not in ("letter case", "xor")
        )
        self._cased = _automaton(mark for mark in marks if mark.family == "letter case")
        self._xors = _automaton(mark for mark in marks if mark.family == "xor")
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
                    chance = self._chances[number, "plain"].of(count_text_bits(needle), len(value))
                    found[number] = Hit(needle, PLAIN, chance)
                    break
        if len(found) < len(self._groups):
            data = text_to_bytes(value)
            self._look(bytes_to_text(data), bytes_to_text(text_to_bytes(value.lower())), "", found)
            self._look_xored(data[:MAX_BYTES], "", found)
            self._look_xored(_as_numbers(data[:MAX_BYTES]), "", found)
            self._look_below(data[:MAX_BYTES], found)
        return tuple(found.get(number) for number in range(len(self._groups)))

    def _look_below(self, data: bytes, found: dict[int, Hit]) -> None:
        """Search the layers below a value, one depth after another."""
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
                self._look(bytes_to_text(inner), bytes_to_text(inner.lower()), here, found)
                self._look_xored(inner, here, found)
                if depth < MAX_DEPTH:
                    pieces = sorted(layer.pieces, key=len, reverse=True)[:_MOST_PIECES]
                    long = [piece for piece in pieces if len(piece) >= _SHORTEST_LAYER]
                    pending += [(depth + 1, here, piece) for piece in long]

    def _look(self, text: str, small: str, chain: str, found: dict[int, Hit]) -> None:
        """Texts and forms of the groups that are not found yet, in one layer of a value.

        ``small`` is the same in small letters.
        """
        best: dict[int, tuple[int, Hit]] = {}
        for automaton, searched in ((self._exact, text), (self._cased, small)):
            for start, mark in automaton.hits(searched):
                if mark.group in found:
                    continue
                known = best.get(mark.group)
                if known is not None and known[0] < mark.rank:
                    continue
                if known is not None and known[0] == mark.rank and mark.family != "digest":
                    continue
                hit = self._checked(searched, start, mark, chain)
                if hit and (known is None or (mark.rank, hit.chance) < (known[0], known[1].chance)):
                    best[mark.group] = mark.rank, hit
        found.update({group: hit for group, (_, hit) in best.items()})

    def _look_xored(self, data: bytes, chain: str, found: dict[int, Hit]) -> None:
        if len(found) == len(self._groups) or len(data) < _SHORTEST_LAYER:
            return
        for start, mark in self._xors.hits(bytes_to_text(xor_differences(data))):
            key = data[start] ^ text_to_bytes(mark.needle)[0]
            if mark.group in found or not key or isinstance(mark.form, Digest):
                continue
            chance = self._chances[mark.group, "xor"].of(mark.form.bits, len(data))
            if chance < NEGLIGIBLE:
                found[mark.group] = Hit(mark.needle, _within(f"xor 0x{key:02x}", chain), chance)

    def _checked(self, text: str, start: int, mark: _Mark, chain: str) -> Hit | None:
        """The hit, if what stands around it and the size of what was searched let it count."""
        form, chances = mark.form, self._chances[mark.group, mark.family]
        if isinstance(form, Digest):
            run = match_digest(form, text, start)
            if run is None:
                return None
            # In base64 there may stand the digest, or what it is in hexadecimal.
            spelt = chain.startswith("base64") and form.writing in ("hex", "end of hex")
            name = f"{run.encoding} hex" if spelt else run.encoding
            chance = chances.of_cut(run.bits, run.places)
        else:
            if len(form.text) < MIN_EMBEDDED_LENGTH and not _alone(
                text, start, start + len(form.text)
            ):
                return None
            name = form.encoding
            chance = chances.of(form.bits, count_positions(text, form.text))
        return Hit(mark.needle, _within(name, chain), chance) if chance < NEGLIGIBLE else None


def _marks(number: int, group: Sequence[str], hashed: Iterable[str]) -> Iterator[_Mark]:
    def mark(needle: str, family: Family, form: Form | Digest, more: int = 0) -> _Mark:
        return _Mark(number, needle, family, _RANKS[family] + more, form)

    for needle in group:
        bits = count_text_bits(needle)
        yield mark(needle, "plain", Form(PLAIN, bytes_to_text(text_to_bytes(needle)), bits))
        small = bytes_to_text(text_to_bytes(needle.lower()))
        yield mark(needle, "letter case", Form(LETTER_CASE, small, bits))
        for place, form in enumerate(build_forms(needle)):
            yield mark(needle, "written", form, place)
        if (steady := build_xor_form(needle)) is not None:
            yield mark(needle, "xor", steady)
    for needle in dict.fromkeys((*group, *hashed)):
        if len(needle) >= MIN_LENGTH:
            for digest in build_digests(needle):
                yield mark(needle, "digest", digest)


def _automaton(marks: Iterable[_Mark]) -> Automaton[_Mark]:
    return Automaton(
        (mark.form.start if isinstance(mark.form, Digest) else mark.form.text, mark)
        for mark in marks
    )


def _as_numbers(data: bytes) -> bytes:
    """Of a text with characters up to U+00FF, those as bytes; empty for any other."""
    if data.isascii():
        return b""
    try:
        return data.decode().encode("latin-1")
    except UnicodeError:
        return b""


def _within(encoding: str, chain: str) -> str:
    if not chain:
        return encoding
    return chain if encoding == PLAIN else f"{encoding} in {chain}"


def _alone(text: str, start: int, end: int) -> bool:
    """Whether no letter or digit touches what stands there."""
    before = text[max(start - 4, 0) : start].encode("latin-1").decode(errors="ignore")
    after = text[end : end + 4].encode("latin-1").decode(errors="ignore")
    return not (before and before[-1].isalnum()) and not (after and after[0].isalnum())
