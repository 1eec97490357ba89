"""Which fresh trials confirm what the analysis found, round by round.

Fresh trials come in *blocks*: both sides of a pair are run in one, whatever earlier blocks had,
so that nothing that changed in between passes for a difference of the sides.  A block has
*rounds*, each run in random order.  The first rounds are looks with few replicates; what is
clear then, or gone, needs no more.
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

__all__ = ["MAX_ROUNDS", "ConfirmationSchedule"]

_FIRST_LOOKS = (2, 4)
"""Replicates of the first rounds: the first sends most chance finds away, the second decides
what has many on the other side."""
MAX_ROUNDS = MAX_LOOKS + 1


class ConfirmationSchedule:
    """The blocks so far, and how many hypotheses they have tested."""

    def __init__(self, control: Environment, options: AuditOptions) -> None:
        self.control = control
        self.options = options
        self.hypotheses = 0
        self.block = -1
        self._looks = True

    def begin(self, effects: int) -> None:
        """A new block, which tests so many effects."""
        self.block += 1
        self.count(effects)

    def count(self, effects: int) -> None:
        """So many effects are tested now; the correction counts the most that ever were."""
        self.hypotheses = max(self.hypotheses, effects)

    def last(self, number: int) -> bool:
        """Whether a round without trials ends the block: later ones would have none either."""
        return not self._looks or number >= len(_FIRST_LOOKS)

    def trials(
        self,
        effects: Sequence[Effect],
        ran: Iterable[PlannedTrial],
        number: int,
        room: int | None,
    ) -> list[PlannedTrial]:
        """The fresh trials of a round; ``room`` is how many there may be.

        Where that is limited there are no looks: what is begun can be finished then.
        """
        replicates = replicates_needed(self.hypotheses, self.options.alpha)
        self._looks = room is None
        look = _FIRST_LOOKS[number] if self._looks and number < len(_FIRST_LOOKS) else None
        combinations = pack_replicates(
            [one for one in effects if self._open(one, replicates)],
            self._fresh(ran),
            partial(self._needed, replicates=replicates, look=look),
            seed=f"confirm {self.options.seed} {number}",
            room=room,
            possible=lambda levels: find_conflict(self.control.but(dict(levels))) is None,
        )
        return self._numbered(combinations, number)

    def _open(self, effect: Effect, replicates: int) -> bool:
        """Whether an effect is to be tested in this block: it was not settled before."""
        if effect.shift is not None:
            return self._needed(effect, replicates, None) > 0
        if effect.p_adjusted <= self.options.alpha / 2:
            return False
        return self.block in (0, effect.block) or effect.replicates < replicates

    def _needed(self, effect: Effect, replicates: int, look: int | None) -> int:
        """Fresh trials of each side that an effect needs next; so many at a first ``look``."""
        if effect.shift is not None:
            alpha = self.options.alpha
            return next_look_size(effect.looks, effect.p_value, effect.p_adjusted, alpha)
        return scale_replicates(effect, replicates) if look is None else min(look, replicates)

    def _fresh(self, ran: Iterable[PlannedTrial]) -> list[Changes]:
        """The levels of the fresh trials of this block so far."""
        return [
            find_changes(self.control, trial.environment)
            for trial in ran
            if trial.is_confirmation and trial.block == self.block
        ]

    def _numbered(self, combinations: Sequence[Changes], number: int) -> list[PlannedTrial]:
        """Fresh trials of a round with these levels, each a replicate that was not run."""
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
