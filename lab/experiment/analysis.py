"""One round of reasoning: all trials so far in, what they show and what to run next out.

Three steps, each a pure function of records: find the causes of what varies
(:mod:`~lab.experiment.isolate.cause_search`), test the hypotheses
(:mod:`~lab.experiment.confirm.hypothesis_tests`), choose the next trials
(:mod:`~lab.experiment.isolate.next_trials`).  An audit that was stopped and resumed therefore
reaches the same conclusions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.columns.canaries import Canary
from lab.experiment.columns.column import ColumnGroup, NoisyLocation
from lab.experiment.columns.extract import extract_columns
from lab.experiment.columns.round_cache import RoundCache
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.hypothesis_tests import evaluate_hypotheses
from lab.experiment.isolate.cause_search import find_causes
from lab.experiment.isolate.next_trials import choose_next_trials
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable
from lab.experiment.trials.row import Row
from lab.observation.location import Location

__all__ = ["Analysis", "analyse"]


class Analysis(msgspec.Struct, frozen=True):
    """What the trials so far show, and which further trials would decide what is open.

    Attributes:
        effects: Every cause with its minimal pair and the test of it.
        noise: The locations that are stable in no view, and why.
        wanted: The changes of trials that would decide what is open.
        checks: The settings to try without anything else that acts on the same columns, and for
            each of them what else acts.
        unexplained: Groups of columns that no cause of at most three factors explains.
    """

    effects: tuple[Effect, ...]
    noise: tuple[NoisyLocation, ...]
    wanted: tuple[Changes, ...]
    checks: Mapping[Setting, frozenset[Setting]]
    unexplained: tuple[ColumnGroup, ...]

    @property
    def is_open(self) -> bool:
        """Whether further trials would decide anything."""
        return bool(self.wanted or self.checks)


def analyse(
    rows: Sequence[Row],
    control: Environment,
    *,
    routes: frozenset[str],
    seed: int,
    hypotheses: int = 0,
    canaries: Sequence[Canary] = (),
    designed: Collection[Environment] | None = None,
    settled: Collection[Location] = (),
    left_routes: Collection[str] = (),
    comparisons: RoundCache | None = None,
) -> Analysis:
    """Find causes, test hypotheses and choose the next trials.

    Args:
        rows: The trials so far; the first must be of the control environment.
        control: The environment with every factor at its control.
        routes: The factors that change the route of the traffic.
        seed: Decides between trials that would serve equally well.
        hypotheses: The number of hypotheses that were ever tested, for the correction.
        canaries: Unique levels that are searched for at locations that are noise.
        designed: The environments that were planned before anything was known; all if None.
        settled: Locations about which no further trials are requested.
        left_routes: Factors about whose routes no further trials are requested.
        comparisons: Comparisons of earlier rounds; they save work and change no result.
    """
    columns, noise = extract_columns(rows, canaries, comparisons)
    trials = TrialTable(control, [row.environment for row in rows], designed)
    causes = find_causes(trials, columns, seed, {item.location for item in noise})
    effects = evaluate_hypotheses(
        causes,
        [item.column for item in noise if item.column is not None],
        rows,
        trials,
        canaries=[Setting(canary.factor, canary.level) for canary in canaries],
        routes=routes,
        tested=hypotheses,
    )
    following = choose_next_trials(causes, settled, left_routes)
    return Analysis(
        effects,
        tuple(dict.fromkeys(NoisyLocation(item.location, item.why) for item in noise)),
        following.wanted,
        following.checks,
        causes.unexplained,
    )
