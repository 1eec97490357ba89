"""Chooses the next trials: what is open about causes in, as few trials as possible out.

A level that is to be checked needs a trial in which nothing else acts on the same columns, and
most levels act on few.  So several levels are checked in one trial, all other factors at their
control, as in the trials that confirm.  A trial to be repeated is chosen so that it deviates in
most columns at once (a greedy set cover, Chvátal 1979).
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.isolate.cause_search import FoundCauses, GroupCauses
from lab.experiment.isolate.causes import RepeatRequest
from lab.experiment.isolate.level_effects import MAX_CHECKED_TOGETHER
from lab.experiment.trials.contrasts import Changes, Setting
from lab.findings.classify import is_route
from lab.observation.location import Location

__all__ = ["NextTrials", "choose_next_trials", "choose_repeats", "pack_checks"]


class NextTrials(msgspec.Struct, frozen=True):
    """The trials that would decide what is open.

    Attributes:
        wanted: The changes of trials to run as they are.
        checks: The settings to try without anything else that acts on the same columns, and for
            each of them what else acts; several share a trial (:func:`pack_checks`).
    """

    wanted: tuple[Changes, ...]
    checks: Mapping[Setting, frozenset[Setting]]


def choose_next_trials(
    causes: FoundCauses,
    settled: Collection[Location] = (),
    left_routes: Collection[str] = (),
) -> NextTrials:
    """The trials that the causes found so far leave open.

    Args:
        causes: What is known of each group of columns.
        settled: Locations about which no further trials are requested.
        left_routes: Factors that decide where traffic goes.  No further trials are requested
            about routes, and whether connections are made, where these and no others act.
    """
    wanted: dict[Changes, None] = {}
    checks: dict[Setting, set[Setting]] = defaultdict(set)
    requests: list[RepeatRequest] = []
    for item in causes.groups:
        if all(column.location in settled for column in item.group.columns):
            continue
        if left_routes and _is_left(item, left_routes):
            continue
        wanted.update(dict.fromkeys(item.inference.wanted))
        requests += item.inference.repeats
        for setting in item.inference.checks:
            checks[setting] |= item.inference.active
    return NextTrials(
        (*wanted, *choose_repeats(requests, wanted)),
        {setting: frozenset(others) - {setting} for setting, others in checks.items()},
    )


def _is_left(item: GroupCauses, routes: Collection[str]) -> bool:
    """Whether columns say only where traffic goes, and only these factors are known to act."""
    active = item.inference.active
    return (
        bool(active)
        and all(setting.factor in routes for setting in active)
        and all(map(_says_only_where, item.group.columns))
    )


def _says_only_where(column: Column) -> bool:
    """Whether a column is a route, or has one value wherever a connection is made.

    What is sent on a connection may depend on anything, and is no matter of routes.
    """
    if is_route(column.location, routed=False, rerouted=True):
        return True
    sent = {value for value in column.values if value is not None and value != ABSENT}
    return is_route(column.location, routed=True, rerouted=True) and len(sent) < 2


def pack_checks(
    wanted: Sequence[Changes],
    checks: Mapping[Setting, frozenset[Setting]],
    *,
    seed: str,
    possible: Callable[[Changes], bool],
) -> list[Changes]:
    """The changes of the trials to run.

    Args:
        wanted: The changes of trials to run as they are.
        checks: The settings to check, and for each those that must not be in the same trial.
        seed: Shuffles the settings, so that none is favoured.
        possible: Whether a host can have all of these settings at once.
    """
    chance = random.Random(seed)
    left = [level for level in sorted(checks) if frozenset({level}) not in wanted]
    chance.shuffle(left)
    trials: list[Changes] = []
    while left:
        trial: list[Setting] = []
        for level in left:
            if len(trial) == MAX_CHECKED_TOGETHER:
                break
            if any(
                level.factor == other.factor or level in checks[other] or other in checks[level]
                for other in trial
            ):
                continue
            if not trial or possible(frozenset((*trial, level))):
                trial.append(level)
        left = [level for level in left if level not in trial]
        trials.append(frozenset(trial))
    return [*wanted, *trials]


def choose_repeats(
    requests: Sequence[RepeatRequest], planned: Collection[Changes]
) -> list[Changes]:
    """The fewest trials to repeat that give each request as many as it asks for.

    Args:
        requests: The trials among which each request chooses.
        planned: The changes of trials that are run anyway, which count.
    """
    needs = [
        min(request.most, len(request.trials)) - sum(one in planned for one in request.trials)
        for request in requests
    ]
    chosen: list[Changes] = []
    while any(need > 0 for need in needs):
        votes = Counter(
            one
            for request, need in zip(requests, needs, strict=True)
            if need > 0
            for one in request.trials
            if one not in planned and one not in chosen
        )
        best = min(votes, key=lambda one: (-votes[one], len(one), sorted(one)))
        chosen.append(best)
        needs = [
            need - (best in request.trials) for request, need in zip(requests, needs, strict=True)
        ]
    return chosen
