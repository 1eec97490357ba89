"""The ladder of views: the finest in which replicates agree, and what is noise in all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from lab.experiment.columns.column import ABSENT, Column, NoisyLocation, View, number_values
from lab.experiment.columns.stable_parts import describe_lengths, find_stable_parts
from lab.experiment.columns.value_matching import match_values
from lab.experiment.trials.replicates import Replicates
from lab.observation.location import Location
from lab.observation.text.alignment import align, get_reference_value, get_surrounding_text
from lab.observation.text.masks import mask

__all__ = [
    "MAX_VALUES",
    "extract_finest_view",
    "extract_order_column",
    "extract_slot_columns",
    "extract_value_columns",
    "extract_word_columns",
]

MAX_VALUES = 64
"""Values of one feature that are compared one by one."""

_MAX_SLOTS = 2000
_MAX_WORDS = 200


def extract_value_columns(
    location: Location,
    view: View,
    values: Sequence[tuple[str, ...]],
    absent: str | None,
    replicates: Replicates,
    noise: list[NoisyLocation],
) -> Iterator[Column]:
    """Several values, compared one by one with those of the control environment."""
    usual = Counter(values[row] for row in replicates.baseline if values[row])
    model = usual.most_common(1)[0][0] if usual else next(value for value in values if value)
    pairs = [match_values(model[:MAX_VALUES], value) if value else None for value in values]
    for index in range(len(dict.fromkeys(model[:MAX_VALUES]))):
        texts = [absent if pair is None else (pair[0][index] or ABSENT) for pair in pairs]
        yield from extract_slot_columns(location, view, texts, replicates, noise)
    rest = [absent if pair is None else "\n".join(pair[1]) for pair in pairs]
    yield from extract_finest_view(location, view, rest, ("", ""), replicates, noise)


def extract_order_column(
    location: Location,
    values: list[tuple[str, ...]],
    absent: str | None,
    replicates: Replicates,
    noise: list[NoisyLocation],
) -> Iterator[Column]:
    """The order of names, looking only at names that occur in every trial.

    Names that come and go are features of their own; without this rule each would show
    again as a change of order.
    """
    parsed = [[text.split("\n") for text in value] for value in values]
    everywhere: set[str] | None = None
    for lists in parsed:
        for names in lists:
            everywhere = set(names) if everywhere is None else everywhere & set(names)
    texts: list[str | None] = []
    for lists in parsed:
        kept = sorted(
            {
                " ".join(dict.fromkeys(n for n in names if n in (everywhere or ())))
                for names in lists
            }
        )
        texts.append("\n".join(kept) if lists else absent)
    if len({text for text in texts if text not in (None, ABSENT)}) < 2:
        return
    if replicates.agree(texts):
        yield Column(location, "order", tuple(texts))
    else:
        noise.append(NoisyLocation(location, "the order varies"))


def extract_slot_columns(
    location: Location,
    view: View,
    texts: list[str | None],
    replicates: Replicates,
    noise: list[NoisyLocation],
) -> Iterator[Column]:
    """Texts compared slot by slot with the most usual text of the control environment."""
    reference = _choose_reference(texts, replicates)
    distinct = {text for text in texts if text is not None and text != ABSENT}
    if len(distinct) < 2:
        return
    slots = {text: align(reference, text) for text in distinct}
    every = sorted({slot for found in slots.values() for slot in found})
    if len(every) > _MAX_SLOTS:
        yield from extract_finest_view(location, view, texts, ("", ""), replicates, noise)
        return
    patterns: set[tuple[int, ...]] = set()
    for slot in every:
        usual = get_reference_value(reference, slot)
        values = [
            text if text is None or text == ABSENT else slots[text].get(slot, usual)
            for text in texts
        ]
        codes = number_values(values)
        if codes not in patterns:
            patterns.add(codes)
            around = get_surrounding_text(reference, slot)
            yield from extract_finest_view(location, view, values, around, replicates, noise)


def _choose_reference(texts: Sequence[str | None], replicates: Replicates) -> str:
    for rows in (replicates.baseline, range(len(texts))):
        usual = Counter(text for row in rows if (text := texts[row]) and text != ABSENT)
        if usual:
            return usual.most_common(1)[0][0]
    return ""


def extract_finest_view(
    location: Location,
    view: View,
    values: Sequence[str | None],
    around: tuple[str, str],
    replicates: Replicates,
    noise: list[NoisyLocation],
) -> Iterator[Column]:
    """The finest view in which replicates agree."""
    if replicates.agree(values):
        yield Column(location, view, tuple(values), *around)
        return
    seen = Column(location, view, tuple(values), *around)
    parts = find_stable_parts(values, replicates)
    if parts is not None:
        yield Column(location, "part", tuple(parts), *around)
    long = describe_lengths(values)
    if long is not None and replicates.agree(long):
        yield Column(location, "length", tuple(long), *around)
    masked = [v if v is None or v == ABSENT else mask(v) for v in values]
    if replicates.agree(masked):
        noise.append(NoisyLocation(location, "identifiers, times or numbers in it vary", seen))
        yield Column(location, "masked", tuple(masked), *around)
        return
    noise.append(NoisyLocation(location, "the text varies", seen))
    some = [v if v is None or v == ABSENT else ("some" if v else "") for v in values]
    if replicates.agree(some):
        yield Column(location, "some", tuple(some), *around)
    texts = [() if v is None or v == ABSENT else (v,) for v in values]
    yield from extract_word_columns(location, texts, None, replicates)


def extract_word_columns(
    location: Location,
    values: Sequence[tuple[str, ...]],
    absent: str | None,
    replicates: Replicates,
) -> Iterator[Column]:
    """Words that recur over trials, though not over all: what copies an input recurs."""
    rows: list[Mapping[str, int]] = [
        Counter(word for text in value for word in text.split()) for value in values
    ]
    known = [row for row, value in enumerate(values) if value or absent is not None]
    seen = Counter(word for row in known for word in rows[row])
    recurring = [word for word, n in seen.items() if 3 <= n < len(known) and len(word) < 4096]
    recurring.sort(key=lambda word: (-seen[word], word))
    for word in recurring[:_MAX_WORDS]:
        present: list[str | None] = [None] * len(values)
        for row in known:
            present[row] = word if word in rows[row] else ""
        if replicates.agree(present):
            yield Column(location, "word", tuple(present))
