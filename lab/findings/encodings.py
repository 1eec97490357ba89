"""Encodings: does a value contain a text, plainly or in disguise?

A value is searched for the texts and for all their forms (:mod:`lab.findings.closure`) in
one pass (:mod:`lab.findings.automaton`).  If nothing is found, what it becomes when
encodings around it are undone (:mod:`lab.findings.layers`) is searched in the same way, so
that every form is found in base64 and in gzip too.

**Chance.**  In enough noise everything can be found.  A hit therefore comes with the number
of hits as good as it that chance alone would be expected to make in what was searched:
the places where such a form could stand, times the sum of 2^-bits over the forms that are
searched for and are at least as long.  This is the E-value of sequence search (Karlin and
Altschul, PNAS 1990) for letters that are equally likely.  Hits of which chance would make
as many as ``NEGLIGIBLE`` or more are not counted.

To keep the number of places small, a form of fewer than eight characters counts only where
it stands alone, and a digest that was cut short only as a whole run of digits.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from lab.findings.automaton import Automaton, as_bytes, as_text, steps
from lab.findings.closure import Digest, Form, digests, text_bits, written, xored
from lab.findings.layers import DEEPEST, LONGEST, layers
from lab.findings.runs import run_of

__all__ = ["LETTER_CASE", "NEGLIGIBLE", "PLAIN", "Hit", "Search", "encoding_of", "hit_of"]

PLAIN = "plain"
LETTER_CASE = "letter case"

NEGLIGIBLE = 1e-4
"""Chance hits expected in one value from which on a disguised form is not counted.

One value proves nothing alone: a signal takes at least two that each hold the text of their
own level, which chance does with the square of this.
"""

_SHORTEST = 3
_STANDS_OUT = 8
"""From this length on, a disguised form counts wherever it stands."""

_MOST_SEARCHED = 8 << 20
_SHORTEST_LAYER = 6
_MOST_PIECES = 32
_WORD = re.compile(r"[^\W_]+")
_CASE, _DIGEST = 1_000, 2_000


class Hit(msgspec.Struct, frozen=True):
    """Where a text was found: in which encoding, and how many such hits chance would make."""

    needle: str
    encoding: str
    chance: float


class _Mark(msgspec.Struct, frozen=True):
    """What a form in the automaton stands for; plainer forms have lower ranks."""

    group: int
    needle: str
    rank: int
    form: Form | Digest


def encoding_of(value: str, needles: Iterable[str]) -> str | None:
    """How the value contains one of the texts: PLAIN, an encoding's name, or None.

    Texts of fewer than three characters are not looked for.
    """
    hit = hit_of(value, needles)
    return hit.encoding if hit else None


def hit_of(value: str, needles: Iterable[str]) -> Hit | None:
    """The plainest way in which the value contains one of the texts."""
    usable = tuple(needle for needle in needles if len(needle) >= _SHORTEST)
    if not usable or not value:
        return None
    return _search(usable).hits(value)[0]


@lru_cache(maxsize=128)
def _search(needles: tuple[str, ...]) -> Search:
    return Search([needles])


class Search:
    """Groups of texts, all looked for in one pass over a value."""

    def __init__(
        self, groups: Sequence[Iterable[str]], hashed: Sequence[Iterable[str]] = ()
    ) -> None:
        """Texts of fewer than three characters are left out.

        Of the texts in ``hashed``, a group for each of the others or none at all, only
        digests are looked for.
        """
        self._groups = [[text for text in group if len(text) >= _SHORTEST] for group in groups]
        exact: list[_Mark] = []
        cased: list[_Mark] = []
        xors: list[_Mark] = []
        for number, group in enumerate(self._groups):
            texts = dict.fromkeys((*group, *(hashed[number] if hashed else ())))
            exact += [
                _Mark(number, needle, _DIGEST, item)
                for needle in texts
                if len(needle) >= _SHORTEST
                for item in digests(needle)
            ]
            for needle in group:
                bits = text_bits(needle)
                plain = Form(PLAIN, as_text(as_bytes(needle)), bits)
                small = Form(LETTER_CASE, as_text(as_bytes(needle.lower())), bits)
                exact.append(_Mark(number, needle, 0, plain))
                cased.append(_Mark(number, needle, _CASE, small))
                exact += [
                    _Mark(number, needle, rank, form)
                    for rank, form in enumerate(written(needle), start=1)
                ]
                if (steady := xored(needle)) is not None:
                    xors.append(_Mark(number, needle, _DIGEST, steady))
        self._exact, self._cased, self._xors = map(_automaton, (exact, cased, xors))
        self._bits = [
            {name: _bits(marks, number) for name, marks in _families(exact, cased, xors)}
            for number in range(len(self._groups))
        ]

    def hits(self, value: str) -> tuple[Hit | None, ...]:
        """For each group, the plainest way in which the value contains one of its texts."""
        found: dict[int, Hit] = {}
        for number, group in enumerate(self._groups):
            for needle in group:
                if needle in value:
                    found[number] = Hit(needle, PLAIN, len(value) * math.exp2(-text_bits(needle)))
                    break
        data = as_bytes(value)
        if len(found) < len(self._groups):
            self._look(as_text(data), as_text(as_bytes(value.lower())), "", found)
            self._look_below(data, found)
        return tuple(found.get(number) for number in range(len(self._groups)))

    def _look_below(self, data: bytes, found: dict[int, Hit]) -> None:
        """Search for what no key hides, and then what is below, layer by layer."""
        budget = _MOST_SEARCHED
        self._look_xored(data[:LONGEST], "", found)
        self._look_xored(_as_numbers(data[:LONGEST]), "", found)
        pending: list[tuple[int, str, bytes]] = [(0, "", data[:LONGEST])]
        while pending and len(found) < len(self._groups):
            depth, chain, outer = pending.pop(0)
            for layer in layers(outer):
                if layer.encoding == "reversed" and depth:
                    continue
                here = f"{layer.encoding} in {chain}" if chain else layer.encoding
                inner = b"\n".join(layer.pieces)[:LONGEST]
                budget -= len(inner)
                if budget < 0:
                    return
                self._look(as_text(inner), as_text(inner.lower()), here, found)
                self._look_xored(inner, here, found)
                if depth + 1 < DEEPEST:
                    pieces = sorted(layer.pieces, key=len, reverse=True)[:_MOST_PIECES]
                    pending += [
                        (depth + 1, here, piece)
                        for piece in pieces
                        if len(piece) >= _SHORTEST_LAYER
                    ]

    def _look(self, text: str, small: str, chain: str, found: dict[int, Hit]) -> None:
        """Texts and forms of the groups that are not found yet, in one layer of a value."""
        best: dict[int, tuple[int, Hit]] = {}

        def keep(start: int, mark: _Mark, searched: str) -> None:
            if mark.group in found:
                return
            known = best.get(mark.group)
            if known is not None and (known[0] < mark.rank or known[0] == mark.rank < _CASE):
                return
            hit = self._checked(searched, start, mark, chain)
            if hit and (known is None or (mark.rank, hit.chance) < (known[0], known[1].chance)):
                best[mark.group] = mark.rank, hit

        for start, mark in self._exact.hits(text):
            keep(start, mark, text)
        if small != text or len(best) < len(self._groups):
            for start, mark in self._cased.hits(small):
                keep(start, mark, small)
        found.update({group: hit for group, (_, hit) in best.items()})

    def _look_xored(self, data: bytes, chain: str, found: dict[int, Hit]) -> None:
        if len(found) == len(self._groups) or len(data) < _SHORTEST_LAYER:
            return
        for start, mark in self._xors.hits(as_text(steps(data))):
            key = data[start] ^ as_bytes(mark.needle)[0]
            if mark.group in found or not key:
                continue
            assert isinstance(mark.form, Form)
            chance = len(data) * self._weight(mark.group, "xor", mark.form.bits)
            if chance < NEGLIGIBLE:
                found[mark.group] = Hit(mark.needle, _within(f"xor 0x{key:02x}", chain), chance)

    def _checked(self, text: str, start: int, mark: _Mark, chain: str) -> Hit | None:
        """The hit, if what stands around it and the size of what was searched let it count."""
        form = mark.form
        if isinstance(form, Digest):
            run = run_of(form, text, start)
            if run is None:
                return None
            chance = run.places * self._weight(mark.group, "digest", run.bits)
            name = run.encoding
            if chain.startswith("base64") and form.writing in ("hex", "end of hex"):
                name = f"{name} hex"
            encoding = _within(name, chain)
        else:
            if len(form.text) >= _STANDS_OUT:
                places = len(text)
            elif _alone(text, start, start + len(form.text)):
                places = _places_alone(text, form.text)
            else:
                return None
            chance = places * self._weight(mark.group, _family(form), form.bits)
            encoding = _within(form.encoding, chain)
        return Hit(mark.needle, encoding, chance) if chance < NEGLIGIBLE else None

    def _weight(self, group: int, family: str, bits: float) -> float:
        """The chance that one place of noise holds a form of this family that is as good."""
        if family == "digest":
            return len(self._bits[group][family]) * math.exp2(-bits)
        return sum(math.exp2(-other) for other in self._bits[group][family] if other >= bits)


def _automaton(marks: Iterable[_Mark]) -> Automaton[_Mark]:
    return Automaton(
        (mark.form.start if isinstance(mark.form, Digest) else mark.form.text, mark)
        for mark in marks
    )


def _families(
    exact: Sequence[_Mark], cased: Sequence[_Mark], xors: Sequence[_Mark]
) -> tuple[tuple[str, list[_Mark]], ...]:
    return (
        (PLAIN, [mark for mark in exact if mark.rank == 0]),
        ("written", [mark for mark in exact if 0 < mark.rank < _CASE]),
        (LETTER_CASE, list(cased)),
        ("digest", [mark for mark in exact if mark.rank == _DIGEST]),
        ("xor", list(xors)),
    )


def _family(form: Form) -> str:
    return form.encoding if form.encoding in (PLAIN, LETTER_CASE) else "written"


def _bits(marks: Iterable[_Mark], group: int) -> list[float]:
    return [
        0.0 if isinstance(mark.form, Digest) else mark.form.bits
        for mark in marks
        if mark.group == group
    ]


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


def _places_alone(text: str, form: str) -> int:
    """Words among which a short form could be one by chance."""
    words = _WORD.findall(text)
    if form.isalnum():
        return max(1, sum(len(word) == len(form) for word in words))
    return max(1, len(words))
