"""Schedule of confirmation: which fresh trials test the effects, round by round.

Fresh trials come in *blocks*: both sides of a pair run in the same block, whatever earlier blocks
contain, so that a change between blocks cannot look like a difference of the sides.  A block has
*rounds*, each run in random order.  The first rounds are looks with few replicates; effects that
are then clear, or gone, need no more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial

from lab.environment import Environment
from lab.experiment.confirm.distribution_shifts import MAX_LOOKS, next_look_size
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.multiple_testing import replicates_needed
from lab.experiment.confirm.packing import pack_replicates, scale_replicates
from lab.experiment.options import AuditOptions
from lab.experiment.trials.contrasts import Changes, find_changes
from lab.experiment.trials.planned import PlannedTrial, Purpose
from lab.factors.registry import find_conflict
from lab.observation.location import Location

__all__ = ["MAX_ROUNDS", "ConfirmationSchedule"]

_FIRST_LOOKS = (2, 4)
"""Replicates of the first rounds: the first rejects most chance findings, the second decides
effects whose other side already has many replicates."""
MAX_ROUNDS = MAX_LOOKS + 1

_Suspicion = tuple[Location, str, str]
"""A location, a factor, and what is measured there; empty where values depend on the factor."""


class ConfirmationSchedule:
    """The blocks so far, and the largest number of hypotheses that they tested."""

    def __init__(self, control: Environment, options: AuditOptions) -> None:
        self.control = control
        self.options = options
        self.hypotheses = 0
        self.block = -1
        self._looks = True
        self._suspected: set[_Suspicion] = set()

    def begin_block(self, effects: int) -> None:
        """Begin a block, which tests so many effects."""
        self.block += 1
        self.count_hypotheses(effects)

    def count_hypotheses(self, effects: int) -> None:
        """Record how many effects are tested now; the correction uses the largest number."""
        self.hypotheses = max(self.hypotheses, effects)

    def is_last_round(self, number: int) -> bool:
        """Whether a round without trials ends the block, since later rounds have none either."""
        return not self._looks or number >= len(_FIRST_LOOKS)

    def plan_round(
        self,
        effects: Sequence[Effect],
        ran: Iterable[PlannedTrial],
        number: int,
        max_trials: int | None,
    ) -> list[PlannedTrial]:
        """Return the fresh trials of a round.

        Args:
            effects: All effects.
            ran: The trials of the audit so far.
            number: The number of the round in its block, from 0.
            max_trials: Limit of trials, None for no limit.  With a limit there are no first
                looks, so that the tests that are begun can be finished.
        """
        self._suspected.update(
            key
            for one in effects
            if one.shift is None or number == 0
            for key in _list_suspicions(one)
        )
        replicates = replicates_needed(self.hypotheses, self.options.alpha)
        self._looks = max_trials is None
        look = _FIRST_LOOKS[number] if self._looks and number < len(_FIRST_LOOKS) else None
        combinations = pack_replicates(
            [one for one in effects if self._is_open(one, replicates)],
            self._list_fresh(ran),
            partial(self._count_needed, replicates=replicates, look=look),
            seed=f"confirm {self.options.seed} {number}",
            max_trials=max_trials,
            is_possible=lambda levels: find_conflict(self.control.but(dict(levels))) is None,
        )
        return self._number_trials(combinations, number)

    def _is_open(self, effect: Effect, replicates: int) -> bool:
        """Whether an effect is to be tested in this block: no earlier block decided it."""
        if effect.shift is not None:
            return self._is_suspected(effect) and self._count_needed(effect, replicates, None) > 0
        if effect.p_adjusted <= self.options.alpha / 2:
            return False
        return self.block in (0, effect.block) or effect.replicates < replicates

    def _is_suspected(self, effect: Effect) -> bool:
        """Whether a shift was suspected when a block began, or as an effect on values since.

        Each analysis screens all noise anew, and each screening has chance findings: tested in
        every round, they would never end.
        """
        at_location = {(location, factor, "") for location, factor, _ in _list_suspicions(effect)}
        return not self._suspected.isdisjoint(at_location.union(_list_suspicions(effect)))

    def _count_needed(self, effect: Effect, replicates: int, look: int | None) -> int:
        """Return how many fresh trials per side an effect needs next: ``look`` at a first look."""
        if effect.shift is not None:
            alpha = self.options.alpha
            return next_look_size(effect.looks, effect.p_value, effect.p_adjusted, alpha)
        return scale_replicates(effect, replicates) if look is None else min(look, replicates)

    def _list_fresh(self, ran: Iterable[PlannedTrial]) -> list[Changes]:
        """Return the changes of the fresh trials of this block so far."""
        return [
            find_changes(self.control, trial.environment)
            for trial in ran
            if trial.is_confirmation and trial.block == self.block
        ]

    def _number_trials(self, combinations: Sequence[Changes], number: int) -> list[PlannedTrial]:
        """Return fresh trials of a round with these changes, numbered by environment."""
        numbers: Counter[Environment] = Counter()
        trials = []
        for combination in combinations:
            environment = self.control.but(dict(combination))
            trials.append(
                PlannedTrial(
                    environment,
                    numbers[environment],
                    Purpose.CONFIRMATION,
                    self.block,
                    number,
                )
            )
            numbers[environment] += 1
        return trials


def _list_suspicions(effect: Effect) -> list[_Suspicion]:
    """What an effect suspects."""
    measured = "" if effect.shift is None else effect.shift.measure.nature
    return [(column.location, effect.factor, measured) for column in effect.group.columns]
