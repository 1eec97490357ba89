"""Suspected effects on distributions, at locations where no value depends on a factor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.columns.noise_measures import derive_measures, derive_time_measures
from lab.experiment.confirm.distribution_shifts import Shift, screen_shifts
from lab.experiment.confirm.effect import Effect
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.findings.classify import is_route
from lab.observation.location import Location

__all__ = ["find_shifts"]

_MIN_REPLICATES, _MIN_P_OF_CHANCE = 4, 0.2
"""An effect on values was chance where it has so many replicates a side and such a p-value."""


def find_shifts(
    rows: Sequence[Row],
    trials: TrialTable,
    noise: Sequence[Column],
    effects: Sequence[Effect],
    routes: frozenset[str],
) -> Iterator[Effect]:
    """Suspected effects on what is noise, where the factor has no effect on values at the host.

    A factor that decides where traffic goes also decides by which route and in what time, which
    reveals nothing further.  What effects on values do at the same host would look like a shift,
    so trials with any of their settings do not test one.

    Args:
        rows: All trials so far.
        trials: The changes of each.
        noise: The columns in which replicates differ, and those without a cause.
        effects: The effects on values, with what confirming trials show of them.
        routes: The factors that change the route of the traffic.
    """
    times = derive_time_measures([None if row.broken else row.timings for row in rows])
    # Trials that were repeated because they deviated are no fair sample.
    fair = [
        designed and (not row.trial.is_repetition or not changes)
        for designed, row, changes in zip(trials.designed, rows, trials.changes, strict=True)
    ]
    found = screen_shifts([*derive_measures(noise), *times], trials.changes, fair)
    active: dict[str | None, set[Setting]] = defaultdict(set)
    causes: dict[Location, set[str]] = defaultdict(set)
    reported: set[tuple[str, str | None, str]] = set()
    for effect in effects:
        for column in effect.group.columns:
            causes[column.location].update(effect.cause)
            by_chance = effect.replicates >= _MIN_REPLICATES and effect.p_value > _MIN_P_OF_CHANCE
            if len(effect.cause) == 1 and not by_chance:
                reported.add((column.location.channel, column.location.host, effect.factor))
            active[column.location.host] |= effect.disturbing | effect.right
    for shift in found:
        location, factor = shift.measure.location, shift.level.factor
        timed = shift.measure.nature == "seconds"
        if factor in causes[location] or (location.channel, location.host, factor) in reported:
            continue
        if factor in routes and (timed or is_route(location, routed=True, rerouted=True)):
            continue
        others = {other.level for other in found if other.measure.location == location}
        others |= set[Setting]().union(*active.values()) if timed else active[location.host]
        yield _make_effect(shift, frozenset(others))


def _make_effect(shift: Shift, others: frozenset[Setting]) -> Effect:
    """The effect that a shift suspects; trials with any of the other settings do not test it."""
    location = shift.measure.location
    right = frozenset({shift.level})
    return Effect(
        ColumnGroup(shift.marks, (Column(location, "rate", shift.labels),)),
        cause=(shift.level.factor,),
        combinations=(right,),
        left=frozenset(),
        right=right,
        factor=shift.level.factor,
        disturbing=others - right,
        shift=shift,
    )
