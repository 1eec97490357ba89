"""The columns of one location: each part is compared in the finest view that is stable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat

import msgspec

from lab.experiment.columns.column import ABSENT, Column, NoisyLocation, map_texts, number_values
from lab.experiment.columns.ladder import MASKED, PRESENCE, View
from lab.experiment.columns.name_order import compare_orders
from lab.experiment.columns.round_cache import RoundCache
from lab.experiment.columns.stable_parts import describe_lengths, find_stable_parts
from lab.experiment.columns.value_matching import match_values
from lab.experiment.trials.replicates import Replicates
from lab.observation.location import Location
from lab.observation.text.alignment import get_surrounding_text
from lab.observation.text.masks import strip_quotation_marks

__all__ = ["MAX_VALUES", "LocationComparison"]

MAX_VALUES = 64
"""Values of one feature that are compared one by one."""

_MAX_SLOTS = 2000
_MAX_WORDS = 200
_MAX_WORD_LENGTH = 4096
_MIN_RECURRENCES = 3
_MAX_NAME = 512
"""Characters of a value whose position among others is compared."""


class LocationComparison(msgspec.Struct, frozen=True):
    """Compares what trials sent at one location.

    Its methods yield columns in which replicates agree, and append to ``noise`` what is not
    stable.  ``absent`` is the value for trials without the feature: ABSENT, or None where it
    comes and goes by chance.
    """

    location: Location
    replicates: Replicates
    noise: list[NoisyLocation]
    absent: str | None
    cache: RoundCache = msgspec.field(default_factory=RoundCache)

    def compare_values(self, view: View, values: Sequence[tuple[str, ...]]) -> Iterator[Column]:
        """Compare several values one by one with those of the control environment."""
        usual = Counter(values[row] for row in self.replicates.baseline if values[row])
        model = usual.most_common(1)[0][0] if usual else next(value for value in values if value)
        pairs = [match_values(model[:MAX_VALUES], value) if value else None for value in values]
        for index in range(len(dict.fromkeys(model[:MAX_VALUES]))):
            texts = [self.absent if pair is None else pair[0][index] for pair in pairs]
            texts = [
                ABSENT if text is None and pair is not None else text
                for text, pair in zip(texts, pairs, strict=True)
            ]
            yield from self.compare_slots(view, texts)
        rest = [self.absent if pair is None else "\n".join(pair[1]) for pair in pairs]
        yield from self.compare_text(view, rest)

    def compare_repetitions(self, values: Sequence[tuple[str, ...]]) -> Iterator[Column]:
        """Compare how often each value occurs and in which order, where replicates agree on it."""
        distinct = sorted({text for value in values for text in value})
        cut = len(distinct) > MAX_VALUES
        for text in distinct[:MAX_VALUES]:
            counts = [str(value.count(text)) if value else None for value in values]
            if len(set(counts) - {None, "0"}) > 1:
                if self.replicates.agree(counts):
                    yield Column(self.location, "count", tuple(counts))
                else:
                    cut = True
        short = [[text for text in value if len(text) <= _MAX_NAME] for value in values]
        found = compare_orders([[value] if value else [] for value in short], self.replicates)
        for column in found.columns:
            yield Column(self.location, "order", column)
        if cut or found.is_noisy or found.is_cut:
            self.note("the order of the values, or how often each occurs, varies")

    def compare_order(self, values: Sequence[tuple[str, ...]]) -> Iterator[Column]:
        """Compare the order of names, of which a text has one a line.

        See :mod:`lab.experiment.columns.name_order`.
        """
        found = compare_orders(
            [[text.split("\n") for text in dict.fromkeys(value)] for value in values],
            self.replicates,
        )
        for column in found.columns:
            texts = (
                text if value else self.absent for text, value in zip(column, values, strict=True)
            )
            yield Column(self.location, "order", tuple(texts))
        if found.is_noisy:
            self.note("the order varies")
        if found.is_cut:
            self.note("more names in another order than are compared")

    def compare_slots(self, view: View, texts: Sequence[str | None]) -> Iterator[Column]:
        """Compare texts slot by slot with the most frequent text of the control environment."""
        reference = self._choose_reference(texts)
        distinct = {text for text in texts if text is not None and text != ABSENT}
        if len(distinct) < 2:
            if ABSENT in texts:
                yield from self.compare_text(view, texts)
            return
        alignment = self.cache.align(reference, distinct)
        if len(alignment.slots) > _MAX_SLOTS:
            self.note(f"differs in more than {_MAX_SLOTS} words, which are compared as one text")
            yield from self.compare_text(view, texts)
            return
        patterns: set[tuple[int, ...]] = set()
        for slot in alignment.slots:
            values = [
                text if text is None or text == ABSENT else alignment.get_value(text, slot)
                for text in texts
            ]
            codes = number_values(values)
            if codes not in patterns:
                patterns.add(codes)
                around = get_surrounding_text(reference, slot)
                yield from self.compare_text(view, values, around)

    def compare_whole(self, view: View, values: Sequence[str | None]) -> Iterator[Column]:
        """Compare one text per trial that has no meaning in parts, such as a digest."""
        if len(set(values) - {None}) < 2:
            return
        if self.replicates.agree(values):
            yield Column(self.location, view, tuple(values))
        else:
            self.note("the bytes of equal contents vary")

    def compare_text(
        self, view: View, values: Sequence[str | None], around: tuple[str, str] = ("", "")
    ) -> Iterator[Column]:
        """Compare one text per trial in the finest view in which replicates agree.

        Args:
            view: What the values are.
            values: One text per trial, None where it is unknown.
            around: The text before and after the slot that the values come from.
        """
        agree = self.replicates.agree
        seen = Column(self.location, view, tuple(values), *around)
        if agree(values):
            yield seen
            return
        texts = [() if v is None or v == ABSENT else (v,) for v in values]
        absent = [value == ABSENT for value in values]
        # A set has one value a line, and how many there are is no feature of it.
        batches = (
            [tuple(v.split("\n")) if v else () for v in map("".join, texts)]
            if view == "set"
            else texts
        )
        compared = list(self.compare_fields(batches, absent, around))
        yield from compared
        # The length of a set is how many values it has.
        lengths = describe_lengths(values) if view != "set" else None
        if lengths is not None and agree(lengths):
            yield Column(self.location, "length", tuple(lengths), *around)
        masked = map_texts(_mask_set if view == "set" else MASKED.reduce, values)
        if agree(masked):
            self.note("identifiers, times or numbers in it vary", seen)
            parts = (column.values for column in compared if column.view == "part")
            if not any(_determines(part, masked) for part in parts):
                yield Column(self.location, "masked", tuple(masked), *around)
            return
        self.note("the text varies", seen)
        present = map_texts(PRESENCE.reduce, values)
        if agree(present):
            yield Column(self.location, "presence", tuple(present), *around)
        yield from msgspec.structs.replace(self, absent=None).compare_words(texts)

    def compare_fields(
        self,
        batches: Sequence[tuple[str, ...]],
        absent: Sequence[bool] | None = None,
        around: tuple[str, str] = ("", ""),
    ) -> Iterator[Column]:
        """Compare what is stable inside texts that vary, of which a trial may have several.

        Args:
            batches: The texts of each trial.
            absent: Whether the feature stably does not occur in each trial; in none if None.
            around: The text before and after the slot that the texts come from.
        """
        bare = [tuple(map(strip_quotation_marks, batch)) for batch in batches]
        found = find_stable_parts(bare, self.replicates)
        if found.is_cut:
            self.note("too long to be compared field by field")
        views: tuple[tuple[View, tuple[str | None, ...] | None], ...] = (
            ("part", found.part),
            ("shape", found.shape),
        )
        for view, values in views:
            if values is not None:
                texts = (
                    ABSENT if gone else value
                    for gone, value in zip(absent or repeat(False), values, strict=False)
                )
                yield Column(self.location, view, tuple(texts), *around)

    def compare_words(self, values: Sequence[tuple[str, ...]]) -> Iterator[Column]:
        """Compare which words occur, of those that recur in some trials and not in all.

        A copy of an input recurs wherever the input has the same level.
        """
        rows: list[Mapping[str, int]] = [
            Counter(word for text in value for word in text.split()) for value in values
        ]
        known = [row for row, value in enumerate(values) if value or self.absent is not None]
        seen = Counter(word for row in known for word in rows[row])
        recurring = [
            word
            for word, count in seen.items()
            if _MIN_RECURRENCES <= count < len(known) and len(word) < _MAX_WORD_LENGTH
        ]
        recurring.sort(key=lambda word: (-seen[word], word))
        if len(recurring) > _MAX_WORDS:
            self.note(f"the {_MAX_WORDS} most frequent words are compared")
        for word in recurring[:_MAX_WORDS]:
            present: list[str | None] = [None] * len(values)
            for row in known:
                present[row] = word if word in rows[row] else ""
            if self.replicates.agree(present):
                yield Column(self.location, "word", tuple(present))

    def _choose_reference(self, texts: Sequence[str | None]) -> str:
        """Return the most frequent text of the control environment, or else of all trials."""
        for rows in (self.replicates.baseline, range(len(texts))):
            usual = Counter(text for row in rows if (text := texts[row]) and text != ABSENT)
            if usual:
                return usual.most_common(1)[0][0]
        return ""

    def note(self, why: str, seen: Column | None = None) -> None:
        """Append what differs between replicates, or is not compared, to the noise."""
        self.noise.append(NoisyLocation(self.location, why, seen))


def _determines(values: Sequence[str | None], others: Sequence[str | None]) -> bool:
    """Whether equal values always come with equal other values."""
    decided: dict[str | None, str | None] = {}
    return all(
        decided.setdefault(value, other) == other
        for value, other in zip(values, others, strict=True)
    )


def _mask_set(text: str) -> str:
    """The distinct values of a set, one a line, identifiers and numbers blanked."""
    return "\n".join(sorted({MASKED.reduce(value) for value in text.split("\n")}))
