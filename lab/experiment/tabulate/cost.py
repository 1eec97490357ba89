"""What an audit cost: trials by phase, and trials by signal.

Trials that isolate and confirm are run for signals.  A trial is attributed to the causes whose
factors it varies, in equal parts where it varies several, and to the signals of a cause in equal
parts.  What varies no cause of a signal (replicates of the control, rejected hypotheses) belongs
to no signal.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from lab.environment import Environment
from lab.experiment.trials.planned import PlannedTrial
from lab.findings.report import Cost, PhaseCost, Signal, SignalCost
from lab.store import StoredTrial

__all__ = ["count_cost"]

_ORDER = ("calibrate", "mine", "search", "screen", "isolate", "confirm", "sweep")
_FOR_SIGNALS = ("isolate", "confirm")


def count_cost(
    stored: Mapping[PlannedTrial, StoredTrial],
    signals: Sequence[Signal],
    control: Environment,
    *,
    reasoning_s: float,
) -> Cost:
    """Return the cost of each phase and of each signal.

    Args:
        stored: All trials of the audit, with their records.
        signals: The signals of the report.
        control: The environment with every factor at its control.
        reasoning_s: Seconds of the last session that passed outside trials.
    """
    durations: dict[str, list[float]] = defaultdict(list)
    members: dict[frozenset[str], list[Signal]] = defaultdict(list)
    for signal in signals:
        members[frozenset(signal.cause)].append(signal)
    counts: dict[frozenset[str], int] = defaultdict(int)
    shares: dict[frozenset[str], float] = defaultdict(float)
    attributed = spent = 0
    for trial, record in stored.items():
        durations[record.phase].append(record.wall_s)
        if record.phase not in _FOR_SIGNALS:
            continue
        spent += 1
        varied = {change.factor for change in control.difference(trial.environment)}
        served = [cause for cause in members if cause <= varied]
        attributed += bool(served)
        for cause in served:
            counts[cause] += 1
            shares[cause] += 1 / len(served)
    known = [phase for phase in _ORDER if phase in durations]
    phases = [*known, *sorted(durations.keys() - set(known))]
    return Cost(
        phases=tuple(
            PhaseCost(phase, len(durations[phase]), round(sum(durations[phase]), 3))
            for phase in phases
        ),
        signals=tuple(
            SignalCost(signal.id, counts[cause], round(shares[cause] / len(group), 2))
            for cause, group in members.items()
            for signal in group
        ),
        unattributed=spent - attributed,
        reasoning_s=round(reasoning_s, 3),
    )
