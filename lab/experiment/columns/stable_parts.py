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
from lab.experiment.columns.field_forms import describe_alphabets, describe_forms, is_random_token
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

_Texts = Sequence[str]
_Values = Sequence[str | None]


class StableParts(msgspec.Struct, frozen=True):
    """The stable parts of each trial; None where they differ between no two trials.

    ``is_cut`` says that a text is too long to be cut into fields.
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
    rows = [row for row, batch in enumerate(values) if batch]
    batches = [values[row] or () for row in rows]
    distinct = {text for batch in batches for text in batch}
    if len(distinct) < 2:
        return StableParts()
    known = _restrict(replicates, rows)
    if known.repetitions < _MIN_REPETITIONS:
        return StableParts()
    part = shape = None
    for fine in (True, False):
        fields = {text: split_fields(text, fine=fine) for text in distinct}
        cut = {text: pieces for text, pieces in fields.items() if pieces is not None}
        if len(cut) < len(distinct):
            return StableParts(part, shape, is_cut=True)
        table = _FieldTable(batches, cut, known)
        parts, shapes = table.compare()
        part = part or _join(parts, rows, len(values))
        shape = shape or _join(shapes, rows, len(values))
        if table.is_aligned:
            return StableParts(part, shape)
    characters = _keep_characters(batches, known)
    if characters is not None:
        part = part or _join([characters], rows, len(values))
    alphabets = _find_common_form(batches, describe_alphabets(distinct))
    if known.agree(alphabets):
        shape = _join([alphabets], rows, len(values)) or shape
    return StableParts(part, shape)


def _restrict(replicates: Replicates, rows: Sequence[int]) -> Replicates:
    """Return the replicates among some trials, numbered anew."""
    numbers = {row: number for number, members in enumerate(replicates.sets) for row in members}
    numbers |= dict.fromkeys(replicates.baseline, -1)
    ids = [numbers.get(row, -2 - row) for row in rows]
    found = Replicates(ids)
    found.baseline = [number for number, one in enumerate(ids) if one == -1]
    return found


def describe_lengths(values: Sequence[str | None]) -> list[str | None] | None:
    """Return a description of each text's length; None where lengths are equal or short."""
    texts = {value for value in values if value is not None and value != ABSENT}
    if len({len(text) for text in texts}) < 2 or min(map(len, texts)) < _MIN_LENGTH:
        return None
    return map_texts(LENGTH.reduce, values)


class _FieldTable:
    """The fields of all trials by position, aligned with the most frequent outline."""

    def __init__(
        self,
        batches: Sequence[_Texts],
        fields: Mapping[str, tuple[Field, ...]],
        replicates: Replicates,
    ) -> None:
        self._replicates = replicates
        outlines = {text: list_outline(pieces) for text, pieces in fields.items()}
        rows = replicates.baseline or range(len(batches))
        usual = Counter(outlines[text] for row in rows for text in batches[row])
        frequent = max(usual, key=lambda one: (usual[one], one))
        self._reference = next(
            fields[text] for text in sorted(fields) if outlines[text] == frequent
        )
        aligned = {text: align_fields(self._reference, pieces) for text, pieces in fields.items()}
        self._positions = [
            [[aligned[text][at] for text in batch] for batch in batches]
            for at in range(2 * len(self._reference) + 1)
        ]
        seen = [{outlines[text] for text in batch} for batch in batches]
        self.is_aligned = all(len(here) == 1 for here in seen) and replicates.agree(
            [min(here) for here in seen]
        )

    def compare(self) -> tuple[list[_Values], list[_Values]]:
        """Return the parts and the shapes of each position, by trial."""
        found = [self._compare_position(at) for at in range(len(self._positions))]
        return [part for part, _ in found], [shape for _, shape in found]

    def _compare_position(self, position: int) -> tuple[_Values, _Values]:
        every = self._positions[position]
        kind = self._reference[position // 2].kind if position % 2 else "gap"
        values = _find_common(every)
        gaps = [GAP] * len(every)
        if len(set(values)) < 2:
            return values, values
        if self._is_stable(values):
            return gaps if kind == "clock" else values, values
        part: _Values = gaps
        if kind == "token":
            part = _keep_characters(every, self._replicates) or gaps
        elif kind in ("gap", "letters", "mark"):
            blanked = _find_common([[blank_digits(text, GAP) for text in here] for here in every])
            part = blanked if self._is_stable(blanked) else gaps
        return part, self._describe(every) or part

    def _describe(self, every: Sequence[_Texts]) -> _Values | None:
        """Return the finest description of a field in which replicates agree."""
        texts = {text for here in every for text in here}
        for with_length in (True, False):
            forms = describe_forms(texts, with_length=with_length)
            found = _find_common_form(every, forms)
            if len(set(found) - {None}) > 1 and self._is_stable(found):
                return found
        return None

    def _is_stable(self, values: _Values) -> bool:
        """Whether replicates agree on values that batches have in common.

        What differs inside most batches is common to one of a single text by chance.
        """
        mostly = Counter(values).most_common(1)[0][0]
        return mostly != GAP and self._replicates.agree(values)


def _find_common(batches: Sequence[_Texts]) -> list[str | None]:
    """Return the text that all texts of a batch are, or a gap."""
    return [here[0] if len(set(here)) == 1 else GAP for here in batches]


def _find_common_form(
    batches: Sequence[_Texts], forms: Mapping[str, str | None]
) -> list[str | None]:
    """Return the form that all texts of a batch have, as far as it is known, or a gap."""
    found: list[str | None] = []
    for here in batches:
        seen = {form for text in here if (form := forms[text]) is not None}
        found.append(seen.pop() if len(seen) == 1 else GAP if seen else None)
    return found


def _keep_characters(batches: Sequence[_Texts], replicates: Replicates) -> _Values | None:
    """Return the characters of random tokens of one length that are the same in replicates."""
    lengths = {len(text) for batch in batches for text in batch}
    if len(lengths) > 1:
        return None
    stable = list(range(lengths.pop()))
    for members in replicates.sets:
        texts = [text for row in members for text in batches[row]]
        stable = [index for index in stable if len({text[index] for text in texts}) == 1]
    if not stable or not all(is_random_token(text) for batch in batches for text in batch):
        return None
    kept = {index: _find_common([[t[index] for t in here] for here in batches]) for index in stable}
    gaps = [GAP] * len(batches)
    columns = [kept.get(index, gaps) for index in range(stable[-1] + 2)]
    return [_join_pieces(pieces) for pieces in zip(*columns, strict=True)]


def _join(
    positions: Sequence[_Values], rows: Sequence[int], size: int
) -> tuple[str | None, ...] | None:
    """Join the positions of each of ``size`` trials; None where the result is the same in all."""
    joined: list[str | None] = [None] * size
    for row, pieces in zip(rows, zip(*positions, strict=True), strict=True):
        if None not in pieces:
            joined[row] = _join_pieces(pieces)
    return tuple(joined) if len(set(joined) - {None}) > 1 else None


def _join_pieces(pieces: Iterable[str | None]) -> str:
    """Join pieces, with one gap for each stretch of gaps."""
    stretches = groupby((piece for piece in pieces if piece), key=lambda piece: piece == GAP)
    return "".join(GAP if gap else "".join(members) for gap, members in stretches)
