"""What an audit will take: trials by phase, and seconds, before anything runs.

The trials of calibration and screening are planned, so they are exact unless mining or a search
adds levels.  Those of the other phases depend on what is found.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import fmean

import msgspec

from lab.experiment.design.covering_array import CONTROL_REPLICATES, plan
from lab.experiment.options import AuditOptions
from lab.experiment.scope import Scope
from lab.factors.registry import all_levels, find_forbidden_pairs

__all__ = ["GUESSED_TRIAL_S", "MINING_TRIALS", "AuditEstimate", "estimate_audit"]

GUESSED_TRIAL_S = 4.0
"""Seconds of a trial of a client of which none is recorded."""
MINING_TRIALS = 80
"""Trials of mining, at most, beside other factors."""
_BASE_TRIALS, _TRIALS_PER_FACTOR = 20, 4
"""Trials to isolate and confirm: some, and some for each factor that varies."""


class AuditEstimate(msgspec.Struct, frozen=True):
    """What an audit will take.

    Attributes:
        phases: Trials by phase.
        trials: In all, or the limit where that is less.
        seconds: How long that takes.
        trial_s: Seconds of one trial.
        recorded: The recorded trials of which ``trial_s`` is the mean; 0: it is a guess.
        jobs: Trials at a time.
        is_limited: Whether a limit on trials or time ends the audit earlier.
    """

    phases: Mapping[str, int]
    trials: int
    seconds: float
    trial_s: float
    recorded: int
    jobs: int
    is_limited: bool


def estimate_audit(
    scope: Scope, options: AuditOptions, durations_s: Sequence[float], jobs: int
) -> AuditEstimate:
    """Estimate the trials and the time of an audit.

    Args:
        scope: The factors and levels of the audit.
        options: Its options.
        durations_s: Seconds of recorded trials of the same client.
        jobs: Trials at a time.
    """
    design = plan(
        scope.levels,
        strength=options.strength,
        seed=options.seed,
        forbidden=find_forbidden_pairs(scope.levels),
        single_only=scope.single_only,
    )
    varied = sum(len(values) > 1 for values in scope.levels.values())
    phases = {
        "calibrate": max(len(design.calibration), CONTROL_REPLICATES),
        "mine": MINING_TRIALS if scope.mining_candidates else 0,
        "search": options.search_trials * len(options.search),
        "screen": len(design.singles) + len(design.array),
        "isolate and confirm": _BASE_TRIALS + _TRIALS_PER_FACTOR * varied,
        "sweep": sum(len(all_levels(name)) for name in options.sweep),
    }
    phases = {phase: count for phase, count in phases.items() if count}
    every = sum(phases.values())
    trial_s = fmean(durations_s) if durations_s else GUESSED_TRIAL_S
    trials = every if options.max_trials is None else min(every, options.max_trials)
    seconds = trials * trial_s / jobs
    if options.max_time is not None and seconds > options.max_time:
        trials = int(trials * options.max_time / seconds)
        seconds = options.max_time
    return AuditEstimate(
        phases, trials, round(seconds, 1), round(trial_s, 3), len(durations_s), jobs, trials < every
    )
