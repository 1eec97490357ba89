"""Features of all trials to columns: one comparable value per trial, without noise.

A column is a feature, or a part of one, whose value is the same in all replicates of an
environment.  What differs between replicates is compared in coarser and coarser views
(:mod:`lab.experiment.columns.ladder`) until it is stable:

1. ``exact``: the text in one slot, to the last code point;
2. ``part`` and ``length``: the stable part of a random token, and the length of a text;
   ``masked``: the text with identifiers, times and numbers blanked;
3. ``set``: the values of a feature that has several, in varying order or number;
4. ``presence``: whether there is anything at all;
5. ``word``: whether one word that recurs over trials occurs.

Thousands of noisy fields are excluded in this way without a list of their names.  What is stable
in no view is reported as noise.

Columns with the same pattern over all trials form one
:class:`~lab.experiment.columns.column.ColumnGroup`: everything that copies one input has the
same pattern, so hundreds of locations become one hypothesis.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.columns.alignment_cache import AlignmentCache
from lab.experiment.columns.canaries import Canary, find_canary_columns
from lab.experiment.columns.column import ABSENT, Column, NoisyLocation, number_values
from lab.experiment.columns.exact_bytes import compare_exact_bytes
from lab.experiment.columns.ladder import (
    COUNT,
    EXACT,
    MASKED,
    MASKED_SET,
    PRESENCE,
    SET,
    Rung,
    View,
)
from lab.experiment.columns.views import MAX_VALUES, LocationComparison
from lab.experiment.trials.replicates import Replicates
from lab.experiment.trials.row import Row
from lab.observation.features import Features
from lab.observation.location import Location
from lab.observation.parts import (
    CONDITIONAL_PARTS,
    DOCUMENT_PARTS,
    MANNER_PARTS,
    MESSAGE_PARTS,
    ORDER_PARTS,
    ROUTE_PARTS,
)

__all__ = ["extract_columns", "extract_feature_columns"]

_SET_CHANNELS = frozenset({"dns", "tls"})
_ELEMENT = re.compile(r"/(?:\[[^/]*\]|\*)(?=/|$)")


def extract_columns(
    rows: Sequence[Row],
    canaries: Sequence[Canary] = (),
    alignments: AlignmentCache | None = None,
) -> tuple[list[Column], list[NoisyLocation]]:
    """All columns of some trials that are not constant, and all locations that are noise.

    Args:
        rows: The trials; the first must be of the control environment.
        canaries: Unique levels that are searched for at the locations that are noise.
        alignments: Alignments of an earlier extraction; they save work and change no result.

    Returns:
        The columns, each with one value per row, and the noisy locations.
    """
    environments = [row.environment for row in rows]
    numbers: dict[Environment, int] = {}
    replicate_ids = [numbers.setdefault(one, len(numbers)) for one in environments]
    broken = frozenset(index for index, row in enumerate(rows) if row.broken)
    if alignments is None:
        alignments = AlignmentCache()
    alignments.start_round()
    found, noise = extract_feature_columns(
        [row.features for row in rows], replicate_ids, broken, alignments
    )
    if canaries:
        found += find_canary_columns(
            [{} if row.broken else row.features for row in rows],
            [environment.mapping for environment in environments],
            sorted({item.location for item in noise}, key=str),
            canaries,
        )
    return found, noise


def extract_feature_columns(
    features_by_trial: Sequence[Features],
    replicate_ids: Sequence[int],
    broken: frozenset[int] = frozenset(),
    alignments: AlignmentCache | None = None,
) -> tuple[list[Column], list[NoisyLocation]]:
    """Return all columns that are not constant, and all locations that are noise.

    Args:
        features_by_trial: What each trial sent, the first one in the control environment.
        replicate_ids: A number for each trial's environment; equal numbers are replicates.
        broken: Indices of trials of which only how they ended is known.
        alignments: Alignments of an earlier extraction; they save work and change no result.
    """
    alignments = AlignmentCache() if alignments is None else alignments
    everything = tuple(range(len(features_by_trial)))
    whole = tuple(index for index in everything if index not in broken)
    replicates: dict[tuple[int, ...], Replicates] = {}
    found: list[Column] = []
    noise: list[NoisyLocation] = []
    sampled: set[tuple[Location, str]] = set()
    locations = {location for features in features_by_trial for location in features}
    usual = _find_regular_messages(
        locations,
        features_by_trial,
        [row for row in whole if replicate_ids[row] == replicate_ids[0]],
    )
    for location in sorted(locations, key=_nesting_key):
        rows = everything if location.channel == "exit" else whole
        message = usual.get(location.message)
        if message is not None and message != location:
            rows = tuple(row for row in rows if message in features_by_trial[row])
        values = [features_by_trial[row].get(location, ()) for row in rows]
        if all(value == values[0] for value in values):
            continue
        if rows not in replicates:
            replicates[rows] = Replicates([replicate_ids[row] for row in rows])
        start, noted = len(found), len(noise)
        found.extend(
            _extract_location(location, values, replicates[rows], noise, sampled, alignments)
        )
        _deduplicate(found, start)
        if len(rows) < len(features_by_trial):
            found[start:] = [
                _expand_column(column, rows, len(features_by_trial)) for column in found[start:]
            ]
            noise[noted:] = [
                _expand_noise(item, rows, len(features_by_trial)) for item in noise[noted:]
            ]
    return found, noise


def _find_regular_messages(
    locations: Collection[Location], trials: Sequence[Features], control: Sequence[int]
) -> dict[Location, Location]:
    """Map each message that all control trials send to the location of the message itself.

    Where such a message is missing, its parts are unknown: that it is missing is compared at the
    location of the message, and would otherwise be found again in each of hundreds of parts.
    """
    return {
        location.message: location
        for location in locations
        if location.part in MESSAGE_PARTS and all(location in trials[row] for row in control)
    }


def _expand_column(column: Column, rows: Sequence[int], size: int) -> Column:
    """Return the column over all ``size`` trials, None in those that are not in ``rows``."""
    values: list[str | None] = [None] * size
    for row, value in zip(rows, column.values, strict=True):
        values[row] = value
    return msgspec.structs.replace(column, values=tuple(values))


def _expand_noise(item: NoisyLocation, rows: Sequence[int], size: int) -> NoisyLocation:
    if item.column is None:
        return item
    return msgspec.structs.replace(item, column=_expand_column(item.column, rows, size))


def _deduplicate(found: list[Column], start: int) -> None:
    """Keep one column a pattern among those of one location, and none that is constant."""
    seen: set[tuple[int, ...]] = set()
    kept = []
    for column in found[start:]:
        codes = number_values(column.values)
        if codes not in seen and len(set(codes) - {-1}) > 1:
            seen.add(codes)
            kept.append(column)
    found[start:] = kept


def _extract_location(
    location: Location,
    values: list[tuple[str, ...]],
    replicates: Replicates,
    noise: list[NoisyLocation],
    sampled: set[tuple[Location, str]],
    alignments: AlignmentCache,
) -> Iterator[Column]:
    """Yield the columns of one location.

    ``sampled`` collects messages and array elements that come and go by chance.  What is inside
    them comes and goes with them, so its presence is not compared.
    """
    if location.part in CONDITIONAL_PARTS:
        comparison = LocationComparison(location, replicates, noise, None, alignments.align)
        yield from comparison.compare_whole("exact", compare_exact_bytes(values))
        return
    is_set = location.channel in _SET_CHANNELS or location.part in ROUTE_PARTS
    if is_set:
        # How often a name is resolved or a connection made depends on keep-alive and on races;
        # which names, routes and handshakes there are does not.
        values = [tuple(sorted(set(value))) for value in values]
        values = [("\n".join(value),) if value else () for value in values]
    counts = [str(COUNT.view(value)) for value in values]
    containers = _list_containers(location)
    # The manner of a text comes and goes with the text, which is compared elsewhere.
    presence_is_noise = location.part in MANNER_PARTS or not sampled.isdisjoint(containers)
    if len(set(counts)) > 1 and not presence_is_noise:
        present = ["some" if PRESENCE.view(value) else ABSENT for value in values]
        if replicates.agree(counts):
            view: View = "count" if set(counts) - {"0", "1"} else "presence"
            yield Column(location, view, tuple(counts if view == "count" else present))
        elif replicates.agree(present):
            yield Column(location, "presence", tuple(present))
            raw = Column(location, "count", tuple(counts))
            noise.append(NoisyLocation(location, "the number of occurrences varies", raw))
        else:
            presence_is_noise = True
            sampled.add(containers[-1])
            raw = Column(location, "presence", tuple(present))
            noise.append(
                NoisyLocation(location, "occurs in some replicates and not in others", raw)
            )

    absent = None if presence_is_noise else ABSENT
    if len({value for value in values if value}) < 2:
        return
    comparison = LocationComparison(location, replicates, noise, absent, alignments.align)
    if is_set:
        texts = [value[0] if value else absent for value in values]
        yield from comparison.compare_text("set", texts)
        return
    if location.part in ORDER_PARTS:
        yield from comparison.compare_order(values)
        return
    lengths = {len(value) for value in values if value}
    ordered = replicates.agree([value or None for value in values])
    if len(lengths) == 1 and (ordered or lengths == {1}):
        for index in range(min(lengths.pop(), MAX_VALUES)):
            texts = [value[index] if value else absent for value in values]
            yield from comparison.compare_slots("exact", texts)
        return
    several: tuple[tuple[View, Rung, Rung], ...] = (
        ("set", EXACT, SET),
        ("masked", MASKED, MASKED_SET),
    )
    for view, each, together in several:
        if replicates.agree([together.view(value) or None for value in values]):
            reduced = [tuple(map(each.reduce, value)) for value in values]
            yield from comparison.compare_values(view, reduced)
            return
    noise.append(NoisyLocation(location, "values and their number vary"))
    yield from comparison.compare_words(values)


def _nesting_key(location: Location) -> tuple[str, bool, str]:
    """Sort messages before their parts, and outer elements before inner ones."""
    return str(location.message), location.part not in MESSAGE_PARTS, str(location)


def _list_containers(location: Location) -> list[tuple[Location, str]]:
    """Return the message and the array elements that contain a location, outermost first."""
    pointer = location.pointer or ""
    found = [(location.message, "")]
    if location.part in DOCUMENT_PARTS:
        ends = [match.end() for match in _ELEMENT.finditer(pointer)]
        found += [(location.message, pointer[:end]) for end in ends]
    return found
