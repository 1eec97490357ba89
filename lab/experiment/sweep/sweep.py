"""Sweeps: every level that a factor can have, one trial each.

The context of a sweep is where the factor has an effect: every other factor of the cause has its
level of the minimal pair of a confirmed signal.  Signals with the same context share their trials.
A factor in no cause is swept with all other factors at the control.

One trial per level shows what it sends.  Some levels are repeated until the value is certain:

- a rare value (shared by less than a twentieth of the levels) may be a one-off failure, so it must
  occur twice; unless so many levels have values of their own that the signal distinguishes them
  finely, as a copy does;
- where trials of the signal ever deviated, every level gets three trials;
- where trials of a level disagree, it gets up to five, and is listed as uncertain if less than
  four in five of them agree.

The trials of a sweep are not used to infer causes, which would raise hundreds of hypotheses.  An
effect that they have at a location, and in a way, that no signal describes is not lost: the level
becomes a level of the audit, and is confirmed like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Mapping, Sequence

from lab.environment import Environment
from lab.experiment.analysis import Analysis
from lab.experiment.events import EngineEvent
from lab.experiment.scope import Scope
from lab.experiment.sweep.partition import (
    SweptFactor,
    add_partition,
    collect_values_by_level,
    concerns,
    find_context,
    split_pair,
    summarise_sweep,
)
from lab.experiment.tabulate.signals import assemble_signals
from lab.experiment.trials.contrasts import Changes, TrialTable
from lab.experiment.trials.phase_runner import PhaseRunner
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.factors.registry import all_levels, find_conflict
from lab.findings.report import Signal
from lab.observation.location import Location

__all__ = [
    "SweptFactor",
    "add_partition",
    "find_contexts",
    "find_new_levels",
    "summarise_sweep",
    "sweep_factor",
]

AnalyseRows = Callable[[Sequence[Row], Collection[Location]], Analysis]
"""Analyses some trials; about settled locations it requests no further trials."""

MAX_CONTEXTS = 3
_RARE = 20
"""A value is rare if fewer than one in so many levels send it."""
_FINE = 4
"""Levels are distinguished finely if more than one in so many have a rare value."""
_TRIALS_IF_RARE, _TRIALS_IF_DEVIATING, _MAX_TRIALS = 2, 3, 5
"""Trials of a level with a rare value, of a level of a deviating signal, and at most."""
_MAX_NEW = 3
_REQUEST_ROUNDS, _MAX_REQUESTS = 4, 12
"""Rounds of trials for levels with undescribed effects, and trials per round."""


def find_contexts(signals: Iterable[Signal], name: str) -> list[Changes]:
    """Return where a factor has an effect: the other levels of the minimal pairs of signals."""
    found: dict[Changes, None] = {}
    for signal in signals:
        if concerns(signal, name):
            found[find_context(signal, name)] = None
    return list(found) or [frozenset()]


def sweep_factor(
    name: str, signals: Sequence[Signal], control: Environment, runner: PhaseRunner
) -> Generator[EngineEvent, None, SweptFactor]:
    """Run the trials of a sweep, with repetitions; :func:`add_partition` reads them.

    Args:
        name: The factor.
        signals: The confirmed signals.
        control: The control environment.
        runner: Runs the trials.

    Returns:
        The factor with its contexts, after the events of the trials.
    """
    levels = all_levels(name)
    found = find_contexts(signals, name)
    chosen = found[:MAX_CONTEXTS]
    untried: set[str] = set()
    for context in chosen:
        here = [control.but({**dict(context), name: level}) for level in levels]
        here = [environment for environment in here if find_conflict(environment) is None]
        known = {row.environment for row in runner.rows()}
        wanted = [PlannedTrial(environment) for environment in here if environment not in known]
        affected = [s for s in signals if concerns(s, name) and find_context(s, name) == context]
        while wanted:
            before = len(runner.rows())
            yield from runner.run(wanted)
            rows = runner.rows()
            if len(rows) < before + len(wanted):
                break  # a limit was reached
            doubtful = _list_doubtful(name, context, affected, rows, control)
            wanted = [runner.next_trial(control.but({**dict(context), name: x})) for x in doubtful]
        known = {row.environment for row in runner.rows()}
        untried.update(environment[name] for environment in here if environment not in known)
    left, tried = len(found) - len(chosen), len(levels) - len(untried)
    return SweptFactor(name, tuple(chosen), left, tried, len(levels))


def _list_doubtful(
    name: str,
    context: Changes,
    signals: Sequence[Signal],
    rows: Sequence[Row],
    control: Environment,
) -> list[str]:
    """Return the levels that need another trial."""
    found: dict[str, None] = {}
    for signal in signals:
        seen = collect_values_by_level(signal, name, context, rows, control)
        dissent = any(row.dissenting for row in signal.table)
        found.update(dict.fromkeys(_list_undecided(seen, dissent=dissent)))
    return list(found)


def _list_undecided(seen: Mapping[str, Sequence[str | None]], *, dissent: bool) -> list[str]:
    """Return the levels that need another trial, from the values of their trials."""
    usual = {level: Counter(values).most_common(1)[0][0] for level, values in seen.items()}
    shared = Counter(usual.values())
    rare = {level for level, value in usual.items() if shared[value] * _RARE < len(seen)}
    if len(rare) * _FINE > len(seen):
        rare = set()
    wanted = []
    for level, values in seen.items():
        least = _TRIALS_IF_DEVIATING if dissent else _TRIALS_IF_RARE if level in rare else 1
        divided = len(set(values)) > 1
        if len(values) < least or (divided and len(values) < _MAX_TRIALS):
            wanted.append(level)
    return wanted


def find_new_levels(
    name: str, signals: Iterable[Signal], runner: PhaseRunner, scope: Scope, analyse: AnalyseRows
) -> Generator[EngineEvent, None, tuple[str, ...]]:
    """Find levels with an effect at a location, and in a way, that no signal describes.

    All trials are analysed, those of sweeps included; trials that the analysis requests of levels
    that the audit does not have yet are run.

    Args:
        name: The factor.
        signals: The confirmed signals.
        runner: Runs the trials.
        scope: The factors and levels of the audit.
        analyse: Analyses the trials.

    Returns:
        The levels, after the events of the trials.
    """
    described = {(s.cause, location, s.covert) for s in signals for location in s.fields}
    at = {(cause, location) for cause, location, _ in described}
    known = scope.levels[name]
    # With a copy of the factor every level would be tried again, and no trials left for others.
    settled = frozenset(location for s in signals if s.cause == (name,) for location in s.fields)
    for round_left in reversed(range(_REQUEST_ROUNDS)):
        rows = runner.rows()
        control = rows[0].environment
        analysis = analyse(rows, settled)
        open_requests = [
            combination
            for combination in (*analysis.wanted, *(frozenset({one}) for one in analysis.checks))
            if any(varied == name and level not in known for varied, level in combination)
        ]
        if not open_requests or not round_left:
            break
        requested = sorted(open_requests, key=lambda c: (len(c), sorted(c)))[:_MAX_REQUESTS]
        yield from runner.run([runner.next_trial(control.but(dict(c))) for c in requested])
        if len(runner.rows()) == len(rows):
            break  # a limit was reached
    trials = TrialTable(control, [row.environment for row in rows])
    # An effect beside a copy would be merged with it, so it is also assembled by itself.
    apart = [
        effect
        for effect in analysis.effects
        if not any((effect.cause, column.location) in at for column in effect.group.columns)
    ]
    drafts = [
        draft
        for effects in (analysis.effects, apart)
        for draft in assemble_signals(
            effects,
            rows,
            trials,
            needles=lambda name, level: (),  # no matter here, and costly over so many levels
            routes=scope.routes,
        )
    ]
    found: dict[str, None] = {}
    for draft in drafts:
        if not concerns(draft, name):
            continue
        pair = draft.pair
        level = pair.right_level if pair.factor == name else pair.context.get(name)
        # Without a trial of the left side nobody can say whether it is covert.
        ways = (
            (draft.covert,) if trials.rows_by_changes.get(split_pair(draft, control)[0]) else (0, 1)
        )
        fresh = not any((draft.cause, x, way) in described for x in draft.fields for way in ways)
        if fresh and level is not None and level not in known:
            found[level] = None
    return tuple(found)[:_MAX_NEW]
