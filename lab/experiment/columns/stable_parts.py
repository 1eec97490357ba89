"""The stable parts of texts that vary: what replicates agree on inside them.

Each text is cut into fields (:mod:`lab.experiment.columns.token_fields`), and each field is
compared in the finest way in which replicates agree:

1. the field itself, to the last code point;
2. of a random token, each character of it, where all tokens have one length;
3. of letters and marks that come and go, the text without its digits;
4. its form: the width of padded numbers and their script; length and letter case of a token.

The first three are the *part*: text that was sent, with a gap for what varies.  The *shape* adds
the fourth, and the numbers of dates and of times of day.  These may agree by chance, because
trials ran in the same minute or because a form is common, and deviate by chance later.

Several texts of one trial are a batch.  A field of a batch is what all its texts have in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import msgspec

from lab.experiment.columns.column import ABSENT, map_texts
from lab.experiment.columns.field_forms import describe_form, is_padded, is_random_token
from lab.experiment.columns.ladder import LENGTH
from lab.experiment.columns.token_fields import (
    Field,
    align_fields,
    blank_digits,
    list_outline,
    split_fields,
)
from lab.experiment.trials.replicates import Replicates

__all__ = ["GAP", "StableParts", "describe_lengths", "find_stable_parts"]

GAP = "…"
"""Stands for what varies in a part."""
_MIN_LENGTH = 16
"""The length of a shorter text is not compared: it may be a number, longer as it grows."""
_MIN_REPETITIONS = 4
"""How often each field must recur in replicates, since random ones may agree by chance."""

_Batches = Mapping[int, tuple[str, ...]]
_Values = dict[int, str | None]


class StableParts(msgspec.Struct, frozen=True):
    """The stable parts of each trial; None where they differ between no two trials.

    ``is_cut`` tells that a text is too long to be cut into fields.
    """

    part: tuple[str | None, ...] | None = None
    shape: tuple[str | None, ...] | None = None
    is_cut: bool = False


def find_stable_parts(
    values: Sequence[tuple[str, ...] | None], replicates: Replicates
) -> StableParts:
    """Return the stable parts of the texts of each trial.

    Args:
        values: The texts of each trial; None or an empty tuple where they are unknown.
        replicates: Which trials are replicates.
    """
    batches = {row: batch for row, batch in enumerate(values) if batch}
    distinct = {text for batch in batches.values() for text in batch}
    if len(distinct) < 2 or not _is_repeated(batches, replicates):
        return StableParts()
    part = shape = None
    for fine in (True, False):
        fields = {text: split_fields(text, fine=fine) for text in distinct}
        cut = {text: pieces for text, pieces in fields.items() if pieces is not None}
        if len(cut) < len(distinct):
            return StableParts(part, shape, is_cut=True)
        table = _FieldTable(batches, cut, replicates)
        parts, shapes = table.compare()
        part, shape = part or _join(parts, len(values)), shape or _join(shapes, len(values))
        if table.is_aligned:
            return StableParts(part, shape)
    columns = _keep_characters(batches, replicates)
    return StableParts(part or _join([columns], len(values)), shape)


def describe_lengths(values: Sequence[str | None]) -> list[str | None] | None:
    """Return a description of each text's length; None where lengths are equal or short."""
    texts = {value for value in values if value is not None and value != ABSENT}
    if len({len(text) for text in texts}) < 2 or min(map(len, texts)) < _MIN_LENGTH:
        return None
    return map_texts(LENGTH.reduce, values)


def _is_repeated(batches: _Batches, replicates: Replicates) -> bool:
    """Whether enough replicates of the same environment have a value."""
    counts = [sum(row in batches for row in members) for members in replicates.sets]
    return sum(count - 1 for count in counts if count) >= _MIN_REPETITIONS


class _FieldTable:
    """The fields of all trials by position, aligned with the most frequent outline."""

    def __init__(
        self, batches: _Batches, fields: Mapping[str, tuple[Field, ...]], replicates: Replicates
    ) -> None:
        self._batches = batches
        self._replicates = replicates
        outlines = {text: list_outline(pieces) for text, pieces in fields.items()}
        rows = [row for row in replicates.baseline if row in batches] or list(batches)
        usual = Counter(outlines[text] for row in rows for text in batches[row])
        frequent = max(usual, key=lambda one: (usual[one], one))
        self._reference = next(
            fields[text] for text in sorted(fields) if outlines[text] == frequent
        )
        self._aligned = {
            text: align_fields(self._reference, pieces) for text, pieces in fields.items()
        }
        seen = {row: {outlines[text] for text in batch} for row, batch in batches.items()}
        self.is_aligned = all(len(here) == 1 for here in seen.values()) and self._agree(
            {row: repr(here) for row, here in seen.items()}
        )

    def compare(self) -> tuple[list[_Values], list[_Values]]:
        """Return the parts and the shapes of each position, by trial."""
        found = [self._compare_position(at) for at in range(2 * len(self._reference) + 1)]
        return [part for part, _ in found], [shape for _, shape in found]

    def _compare_position(self, position: int) -> tuple[_Values, _Values]:
        every = {
            row: tuple(self._aligned[text][position] for text in batch)
            for row, batch in self._batches.items()
        }
        kind = self._reference[position // 2].kind if position % 2 else "gap"
        values = _find_common(every)
        gaps: _Values = dict.fromkeys(every, GAP)
        if len(set(values.values())) < 2:
            return values, values
        if self._agree(values):
            return gaps if kind == "clock" else values, values
        part = gaps
        if kind == "token":
            part = _keep_characters(every, self._replicates) or gaps
        elif kind in ("gap", "letters", "mark"):
            blanked = _find_common(
                {
                    row: tuple(blank_digits(text, GAP) for text in here)
                    for row, here in every.items()
                }
            )
            part = blanked if self._agree(blanked) else gaps
        return part, self._describe(every) or part

    def _describe(self, every: _Batches) -> _Values | None:
        """Return the finest description of a field in which replicates agree."""
        texts = {text for here in every.values() for text in here}
        padded = is_padded(text for text in texts if text.isdecimal())
        for with_length in (True, False):
            forms = {
                text: describe_form(text, padded=padded, with_length=with_length) for text in texts
            }
            found: _Values = {}
            for row, here in every.items():
                seen = {form for text in here if (form := forms[text]) is not None}
                found[row] = seen.pop() if len(seen) == 1 else GAP if seen else None
            if len(set(found.values()) - {None}) > 1 and self._agree(found):
                return found
        return None

    def _agree(self, values: Mapping[int, str | None]) -> bool:
        return _agree(values, self._replicates)


def _agree(values: Mapping[int, str | None], replicates: Replicates) -> bool:
    """Whether replicates agree on values by trial; the other trials are unknown."""
    last = max((row for members in replicates.sets for row in members), default=-1)
    return replicates.agree([values.get(row) for row in range(max(last, *values) + 1)])


def _find_common(batches: _Batches) -> _Values:
    """Return the text that all texts of a batch are, or a gap."""
    return {row: here[0] if len(set(here)) == 1 else GAP for row, here in batches.items()}


def _keep_characters(batches: _Batches, replicates: Replicates) -> _Values:
    """Return the characters of random tokens of one length that are the same in replicates."""
    texts = {text for batch in batches.values() for text in batch}
    if len({len(text) for text in texts}) > 1 or not all(map(is_random_token, texts)):
        return {}
    columns = []
    for index in range(len(next(iter(texts)))):
        here = _find_common({row: tuple(t[index] for t in b) for row, b in batches.items()})
        stable = all(
            len({here[row] for row in members if row in here}) < 2 for members in replicates.sets
        )
        columns.append(here if stable else dict.fromkeys(here, GAP))
    return {row: _join_pieces([column[row] for column in columns]) for row in batches}


def _join(positions: Sequence[_Values], size: int) -> tuple[str | None, ...] | None:
    """Join the positions of each trial; None where the result is the same in all."""
    joined = [
        None
        if any(position.get(row) is None for position in positions)
        else _join_pieces([position[row] for position in positions])
        for row in range(size)
    ]
    return tuple(joined) if len(set(joined) - {None}) > 1 else None


def _join_pieces(pieces: Iterable[str | None]) -> str:
    """Join pieces, with one gap for each stretch of gaps."""
    stretches = groupby((piece for piece in pieces if piece), key=lambda piece: piece == GAP)
    return "".join(GAP if gap else "".join(members) for gap, members in stretches)
