"""Batches whose elements cannot be aligned: what all elements of a trial have in common.

A batch of events in random order and number has no event that corresponds to an event of another
trial.  Its values are divided by their form, which is the text with identifiers, times and numbers
blanked.  Of the values of one form are compared: whether there are any, the fields that they have
in common, the smallest and the largest.  The smallest and largest number that vary are noise whose
distributions are tested.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from sys import intern

from lab.experiment.columns.column import Column
from lab.experiment.columns.ladder import View
from lab.experiment.columns.views import LocationComparison
from lab.observation.text.masks import mask

__all__ = ["compare_batches"]

_MAX_FORMS = 8
_MIN_TRIALS = 3
"""Trials in which a form must occur to be compared."""
_MAX_ELEMENTS = 16
"""Different values of one form in one trial whose fields are compared."""
_MAX_TEXT = 512
_NUMBERS = re.compile(r"\d{1,40}")
_RANDOM = re.compile("‹(?:uuid|hex|token)›")
_ORDERED = re.compile("‹(?:time|n)›")
_NUMBER = re.compile("[+-]?‹n›")


def compare_batches(
    comparison: LocationComparison, values: Sequence[tuple[str, ...]]
) -> Iterator[Column]:
    """Yield the columns of what the values of each trial have in common.

    Args:
        comparison: Compares what was sent at the location; it takes note of noise.
        values: What each trial sent, in any order and number.
    """
    by_form = [comparison.cache.apply(_divide_by_form, batch) for batch in values]
    if any(len(text) > _MAX_TEXT for batch in values for text in batch):
        comparison.note("values are too long to be compared as a batch")
    seen = Counter(form for forms in by_form for form in forms)
    frequent = sorted(
        (form for form, count in seen.items() if count >= _MIN_TRIALS),
        key=lambda form: (-seen[form], form),
    )
    if len(frequent) > _MAX_FORMS:
        comparison.note(f"values of the {_MAX_FORMS} most frequent forms are compared")
    for form in frequent[:_MAX_FORMS]:
        there = [(form if form in forms else "") if forms else None for forms in by_form]
        if len(set(there) - {None}) > 1 and comparison.replicates.agree(there):
            yield Column(comparison.location, "masked", tuple(there))
        batches = [tuple(forms.get(form, ())) for forms in by_form]
        if len({text for batch in batches for text in batch}) > 1:
            yield from comparison.compare_fields([batch[:_MAX_ELEMENTS] for batch in batches])
            if any(len(batch) > _MAX_ELEMENTS for batch in batches):
                comparison.note(f"fields of {_MAX_ELEMENTS} values a trial are compared")
            if _ORDERED.search(form) and not _RANDOM.search(form):
                yield from _compare_extremes(comparison, form, batches)


def _compare_extremes(
    comparison: LocationComparison, form: str, batches: Sequence[tuple[str, ...]]
) -> Iterator[Column]:
    """Compare the smallest and the largest value, by the numbers in them in their order."""
    sides: tuple[tuple[View, bool], ...] = (("smallest", False), ("largest", True))
    for view, last in sides:
        chosen = [
            sorted(batch, key=_list_numbers)[-1 if last else 0] if batch else None
            for batch in batches
        ]
        column = Column(comparison.location, view, tuple(chosen))
        if comparison.replicates.agree(chosen):
            yield column
            continue
        yield from comparison.compare_fields([(text,) if text else () for text in chosen])
        if _NUMBER.fullmatch(form):
            comparison.note("numbers and how many there are vary", column)


def _list_numbers(text: str) -> tuple[float, ...]:
    try:
        return (float(text),)
    except ValueError:
        return tuple(float(number) for number in _NUMBERS.findall(text))


def _divide_by_form(texts: tuple[str, ...]) -> Mapping[str, list[str]]:
    """Return the different texts of each form, of those that are not too long."""
    forms: dict[str, list[str]] = {}
    for text in dict.fromkeys(texts):
        if len(text) <= _MAX_TEXT:
            forms.setdefault(intern(mask(text)), []).append(text)
    return forms
