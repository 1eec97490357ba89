"""Features of all trials to columns: one comparable value per trial, without noise.

A column is a feature, or a part of one, whose value is the same in all replicates of an
environment.  What differs between replicates is compared in coarser and coarser views
(:mod:`lab.experiment.columns.ladder`) until it is stable:

1. ``exact``: the text in one slot, to the last code point;
2. ``part``, ``shape`` and ``length``: what is stable inside a text that varies, the form of the
   rest, and its length; ``masked``: the text with identifiers, times and numbers blanked;
3. ``set``: the values of a feature that has several, in varying order or number; of those that
   cannot be aligned what they have in common, the ``smallest`` and the ``largest``;
4. ``presence``: whether there is anything at all;
5. ``word``: whether one word that recurs over trials occurs.

Thousands of noisy fields are excluded in this way without a list of their names.  What is stable
in no view, or cut off by a limit, is reported as noise.

Columns with the same pattern over all trials form one
:class:`~lab.experiment.columns.column.ColumnGroup`: everything that copies one input has the
same pattern, so hundreds of locations become one hypothesis.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.columns.canaries import Canary, find_canary_columns
from lab.experiment.columns.column import ABSENT, Column, NoisyLocation, number_values
from lab.experiment.columns.implied import find_implied_locations
from lab.experiment.columns.location_columns import COMES_AND_GOES, compare_location, is_compared
from lab.experiment.columns.message_containers import Container, Containers, list_containers
from lab.experiment.columns.round_cache import RoundCache
from lab.experiment.columns.views import LocationComparison
from lab.experiment.trials.replicates import Replicates
from lab.experiment.trials.row import Row
from lab.observation.features import Features
from lab.observation.location import Location
from lab.observation.parts import MESSAGE_PARTS

__all__ = ["extract_columns", "extract_feature_columns"]

_MIN_REPETITIONS = 4
"""Replicates of what comes and goes that must be repeated, before presence inside is compared."""


def extract_columns(
    rows: Sequence[Row],
    canaries: Sequence[Canary] = (),
    comparisons: RoundCache | None = None,
) -> tuple[list[Column], list[NoisyLocation]]:
    """All columns of some trials that are not constant, and all locations that are noise.

    Args:
        rows: The trials; the first must be of the control environment.
        canaries: Unique levels that are searched for at the locations that are noise.
        comparisons: Comparisons of an earlier extraction; they save work and change no result.

    Returns:
        The columns, each with one value per row, and the noisy locations.
    """
    environments = [row.environment for row in rows]
    numbers: dict[Environment, int] = {}
    replicate_ids = [numbers.setdefault(one, len(numbers)) for one in environments]
    broken = frozenset(index for index, row in enumerate(rows) if row.broken)
    if comparisons is None:
        comparisons = RoundCache()
    comparisons.start_round()
    found, noise = extract_feature_columns(
        [row.features for row in rows], replicate_ids, broken, comparisons
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
    comparisons: RoundCache | None = None,
) -> tuple[list[Column], list[NoisyLocation]]:
    """Return all columns that are not constant, and all locations that are noise.

    Args:
        features_by_trial: What each trial sent, the first one in the control environment.
        replicate_ids: A number for each trial's environment; equal numbers are replicates.
        broken: Indices of trials of which only how they ended is known.
        comparisons: Comparisons of an earlier extraction; they save work and change no result.
    """
    comparisons = RoundCache() if comparisons is None else comparisons
    everything = tuple(range(len(features_by_trial)))
    whole = tuple(index for index in everything if index not in broken)
    replicates: dict[tuple[int, ...], Replicates] = {}
    found: list[Column] = []
    noise: list[NoisyLocation] = []
    noted: set[Container] = set()
    values_by_row = _index_values(features_by_trial)
    present = {location: frozenset(values) for location, values in values_by_row.items()}
    containers = Containers(present)
    usual = _find_regular_messages(
        present,
        features_by_trial,
        [row for row in whole if replicate_ids[row] == replicate_ids[0]],
    )

    def group(rows: tuple[int, ...]) -> Replicates:
        if rows not in replicates:
            replicates[rows] = Replicates([replicate_ids[row] for row in rows])
        return replicates[rows]

    implied = find_implied_locations(features_by_trial)
    for location in sorted(present, key=_nesting_key):
        sent = values_by_row[location]
        if len(sent) == len(features_by_trial) and len(set(sent.values())) == 1:
            continue
        rows = everything if location.channel == "exit" else whole
        message = usual.get(location.message)
        if message is not None and message != location:
            rows = tuple(row for row in rows if row in present[message])
        if location in implied:
            rows = tuple(row for row in rows if row in present[location])
        new_noise: list[NoisyLocation] = []
        absent: str | None = ABSENT
        for container in list_containers(location):
            if not containers.is_sampled(container, rows, group(rows)):
                continue
            if container not in noted:
                noted.add(container)
                here = ("some" if containers.has(container, row) else ABSENT for row in rows)
                raw = Column(location, "presence", tuple(here))
                item = NoisyLocation(location, COMES_AND_GOES, raw)
                noise.append(_expand_noise(item, rows, len(features_by_trial)))
            rows = tuple(row for row in rows if containers.has(container, row))
            absent = ABSENT if group(rows).repetitions >= _MIN_REPETITIONS else None
        values = [sent.get(row, ()) for row in rows]
        if all(value == values[0] for value in values):
            continue
        comparison = LocationComparison(location, group(rows), new_noise, absent, comparisons)
        new_columns = _deduplicate(compare_location(comparison, values))
        if not new_columns and not new_noise and is_compared(location, values):
            new_noise.append(NoisyLocation(location, "differs in no view that is compared"))
        size = len(features_by_trial)
        found += [_expand_column(column, rows, size) for column in new_columns]
        noise += [_expand_noise(item, rows, size) for item in new_noise]
    return found, noise


def _index_values(
    features_by_trial: Sequence[Features],
) -> dict[Location, dict[int, tuple[str, ...]]]:
    """Return what the trials that have each location sent there."""
    values: dict[Location, dict[int, tuple[str, ...]]] = defaultdict(dict)
    for row, features in enumerate(features_by_trial):
        for location, texts in features.items():
            values[location][row] = texts
    return values


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


def _deduplicate(columns: Iterable[Column]) -> list[Column]:
    """Keep one column a pattern among those of one location, and none that is constant."""
    varying = [column for column in columns if len(set(column.values) - {None}) > 1]
    if len(varying) < 2:
        return varying
    firsts: dict[tuple[int, ...], Column] = {}
    for column in varying:
        firsts.setdefault(number_values(column.values), column)
    return list(firsts.values())


def _nesting_key(location: Location) -> tuple[str, bool, str]:
    """Sort messages before their parts, and outer elements before inner ones."""
    return str(location.message), location.part not in MESSAGE_PARTS, str(location)
