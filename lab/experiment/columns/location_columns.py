"""The columns of one location: how often something is sent there, and what.

Everything that differs between trials gives a column or is noted as noise; so does what a limit
cuts off.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from sys import intern

import msgspec

from lab.experiment.columns.batches import compare_batches
from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.columns.exact_bytes import compare_exact_bytes
from lab.experiment.columns.ladder import MASKED, SET
from lab.experiment.columns.views import MAX_VALUES, LocationComparison
from lab.observation.location import Location
from lab.observation.parts import CONDITIONAL_PARTS, MANNER_PARTS, ORDER_PARTS, ROUTE_PARTS

__all__ = ["COMES_AND_GOES", "compare_location", "is_compared"]

COMES_AND_GOES = "occurs in some replicates and not in others"
_SET_CHANNELS = frozenset({"dns", "tls"})


def is_compared(location: Location, values: Sequence[tuple[str, ...]]) -> bool:
    """Whether a difference of values is one that is compared at this location.

    Which names an order lists is compared where the names stand.  The manner of a text comes and
    goes with the text, which is compared elsewhere.
    """
    if location.part in ORDER_PARTS or location.part in CONDITIONAL_PARTS:
        return False
    return location.part not in MANNER_PARTS or len({value for value in values if value}) > 1


def compare_location(
    comparison: LocationComparison, values: Sequence[tuple[str, ...]]
) -> Iterator[Column]:
    """Yield the columns of one location.

    Args:
        comparison: Compares what was sent at the location.
        values: What each trial sent there, in order.
    """
    location = comparison.location
    if location.part in CONDITIONAL_PARTS:
        comparison = msgspec.structs.replace(comparison, absent=None)
        yield from comparison.compare_whole("exact", compare_exact_bytes(values))
        return
    is_set = location.channel in _SET_CHANNELS or location.part in ROUTE_PARTS
    if is_set:
        # How often a name is resolved or a connection made depends on keep-alive and on races;
        # which names, routes and handshakes there are does not.
        several = [tuple(sorted(set(value))) for value in values]
        values = [("\n".join(value),) if value else () for value in several]
        if all(value == values[0] for value in values):
            comparison.note("how often it occurs is not compared")
            return
    if location.part in MANNER_PARTS:
        comparison = msgspec.structs.replace(comparison, absent=None)
    elif comparison.absent is None:
        if len(set(map(bool, values))) > 1:
            comparison.note("occurs too seldom for its presence to be compared")
    elif len(set(map(len, values))) > 1:
        yield from _compare_counts(comparison, values)
        if not comparison.replicates.agree(list(map(bool, values))):
            comparison = msgspec.structs.replace(comparison, absent=None)
    if len(set(filter(None, values))) < 2:
        return
    if is_set:
        texts = [value[0] if value else comparison.absent for value in values]
        yield from comparison.compare_text("set", texts)
    elif location.part in ORDER_PARTS:
        yield from comparison.compare_order(values)
    else:
        yield from _compare_contents(comparison, values)


def _compare_counts(
    comparison: LocationComparison, values: Sequence[tuple[str, ...]]
) -> Iterator[Column]:
    """Compare how often something is sent, or else whether it is."""
    counts = tuple(map(str, map(len, values)))
    present = tuple(["some" if value else ABSENT for value in values])
    agree = comparison.replicates.agree
    if agree(counts):
        if set(counts) - {"0", "1"}:
            yield Column(comparison.location, "count", counts)
        else:
            yield Column(comparison.location, "presence", present)
    elif agree(present):
        yield Column(comparison.location, "presence", present)
        raw = Column(comparison.location, "count", counts)
        comparison.note("the number of occurrences varies", raw)
    else:
        comparison.note(COMES_AND_GOES, Column(comparison.location, "presence", present))


def _compare_contents(
    comparison: LocationComparison, values: Sequence[tuple[str, ...]]
) -> Iterator[Column]:
    """Compare the values one by one in their order, or as a set, or what they have in common."""
    agree = comparison.replicates.agree
    lengths = {len(value) for value in values if value}
    ordered = agree([value or None for value in values])
    if len(lengths) == 1 and (ordered or lengths == {1}):
        for index in range(min(*lengths, MAX_VALUES)):
            texts = [value[index] if value else comparison.absent for value in values]
            yield from comparison.compare_slots("exact", texts)
        if max(lengths) > MAX_VALUES:
            rest = (value[MAX_VALUES:] for value in values)
            texts = ["\n".join(value) if value else comparison.absent for value in rest]
            yield from comparison.compare_slots("exact", texts)
        return
    apply = comparison.cache.apply
    if agree([apply(_view_set, value) or None for value in values]):
        yield from comparison.compare_values("set", values)
        yield from comparison.compare_repetitions(values)
        return
    comparison.note("values and their number vary")
    masked = [apply(_mask_texts, value) for value in values]
    if agree([SET.view(value) or None for value in masked]):
        yield from comparison.compare_values("masked", masked)
    else:
        yield from comparison.compare_words(values)
    yield from compare_batches(comparison, values)


def _view_set(texts: tuple[str, ...]) -> Hashable:
    return SET.view(texts)


def _mask_texts(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple([intern(MASKED.reduce(text)) for text in texts])
