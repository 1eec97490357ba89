"""The effects of single levels on one group of columns, and how well they are known.

Some levels were tried alone, which shows their effect (they are *checked*); the effects of others
are estimated from the covering array.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from lab.experiment.columns.column import ColumnGroup
from lab.experiment.isolate.interactions import Interaction, find_interactions
from lab.experiment.isolate.main_effects import estimate_main_effects
from lab.experiment.trials.contrasts import Changes, Setting, TrialTable

__all__ = ["MAX_CHECKED_TOGETHER", "MAX_REPLICATES", "LevelEffects"]

MAX_CHECKED_TOGETHER = 4
"""Levels of different factors that are checked in one trial, all others at the control."""
MAX_REPLICATES = 4
"""An environment is not repeated more often for a feature that its trials do not show."""
_MIN_REPETITIONS = 2
"""Repeated values that a column must have before causes are inferred."""
_MAX_REPEATED = 6
"""Trials that are repeated to see a value again before the column is given up."""


class LevelEffects:
    """The effects of single levels on one group of columns.

    Attributes:
        trials: The changes of each trial.
        codes: The code of each trial's value; -1 where it is unknown.
        usual: The code of the control environment's value.
        checked: The code that each setting has shown alone.
        acting: The settings with an effect by themselves, with the code they show.
        unchecked: Settings whose estimated effect is still to be checked.
        interactions: Combinations of levels that explain what single levels do not.
    """

    def __init__(self, trials: TrialTable, group: ColumnGroup) -> None:
        self.trials = trials
        self.codes = group.codes
        self.usual = self.find_value(frozenset())
        if self.usual is None:
            known = Counter(code for code in group.codes if code >= 0)
            self.usual = known.most_common(1)[0][0]
        self.checked: dict[Setting, int] = {}
        for combination in trials.rows_by_changes:
            if len(combination) == 1:
                value = self.find_value(combination)
                if value is not None:
                    self.checked[next(iter(combination))] = value
        rows = [
            (row, code)
            for row, code, designed in zip(trials.changes, self.codes, trials.designed, strict=True)
            if code >= 0 and designed
        ]
        known_share = len(rows) / max(1, sum(trials.designed))
        every = [
            (row, code) for row, code in zip(trials.changes, self.codes, strict=True) if code >= 0
        ]
        acting = {level: value for level, value in self.checked.items() if value != self.usual}
        self.acting: Mapping[Setting, int] = acting
        self.unchecked: tuple[Setting, ...] = ()
        self.interactions = find_interactions(every, self.usual, acting)
        if not self.interactions:
            more = True
            while more:
                estimated = estimate_main_effects(
                    rows, self.usual, self.checked, trials.levels, known_share
                )
                self.acting, self.unchecked = estimated.values, estimated.unchecked
                more = self._check_together()
            if not self.unchecked:
                self.interactions = find_interactions(every, self.usual, self.acting)

    def _check_together(self) -> bool:
        """Use trials of a few levels as checks of the one that acts.

        Returns:
            Whether any setting was newly checked.
        """
        before = len(self.checked)
        for combination in self.trials.rows_by_changes:
            if (
                not 1 < len(combination) <= MAX_CHECKED_TOGETHER
                or (value := self.find_value(combination)) is None
            ):
                continue
            active = self.list_acting(combination)
            if len(active) == 1:
                self.checked.setdefault(active[0], value)
            elif not active and value == self.usual:
                for level in combination:
                    self.checked.setdefault(level, value)
        return len(self.checked) > before

    def find_value(self, combination: Changes) -> int | None:
        """The most frequent code of the trials with exactly these changes.

        Returns:
            The code; None where nothing is known, or where two codes are equally frequent.
        """
        rows = self.trials.rows_by_changes.get(combination, ())
        known = Counter(code for row in rows if (code := self.codes[row]) >= 0)
        counts = known.most_common(2)
        tied = len(counts) > 1 and counts[0][1] == counts[1][1]
        return counts[0][0] if counts and not tied else None

    def list_acting(self, combination: Iterable[Setting]) -> list[Setting]:
        """Those of the settings that have an effect by themselves."""
        return [level for level in combination if level in self.acting]

    def list_untried(self, combination: Changes) -> list[Changes]:
        """Those of a few settings whose effect by themselves is not known, one set each."""
        return [frozenset({level}) for level in sorted(combination) if level not in self.checked]

    def predict(self, combination: Changes) -> int | None:
        """The code if nothing interacts; None where several settings have an effect."""
        active = self.list_acting(combination)
        if not active:
            return self.usual
        return self.acting[active[0]] if len(active) == 1 else None

    @property
    def is_repeated(self) -> bool:
        """Whether enough values were repeated to conclude that the column is no noise.

        A random value that is sent in few trials only looks as if it depended on whatever was
        varied in these.
        """
        return sum(count - 1 for count in self._count_known().values()) >= _MIN_REPETITIONS

    def choose_repeats(self) -> list[Changes]:
        """The trial to repeat so that a value is repeated; none where that was tried."""
        known = self._count_known()
        trials = {one: len(self.trials.rows_by_changes[one]) for one in known}
        if sum(number - 1 for one, number in trials.items() if one) >= _MAX_REPEATED:
            return []
        left = [one for one in known if trials[one] < MAX_REPLICATES]
        return sorted(left, key=lambda one: (-known[one], sorted(one)))[:1]

    def _count_known(self) -> dict[Changes, int]:
        """The number of trials with each set of changes in which the value is known."""
        counts = {
            combination: sum(self.codes[row] >= 0 for row in rows)
            for combination, rows in self.trials.rows_by_changes.items()
        }
        return {combination: count for combination, count in counts.items() if count}

    def list_proofs(self, interaction: Interaction) -> list[Changes]:
        """Changes in exactly the factors of an interaction that showed its effect alone."""
        size = len(interaction.levels)
        return [
            combination
            for combination in self.trials.rows_by_changes
            if len(combination) == size
            and interaction.contains(combination)
            and self.find_value(combination) not in (None, self.usual)
        ]

    def list_doubtful(self) -> list[Changes]:
        """Single settings whose effect is to be repeated before it is believed.

        One trial alone is no proof where no others show the effect.  Where most of them show that
        there is none, all replicates are needed: a value that comes by chance in one trial of ten
        comes twice for some of the levels.
        """
        found = []
        for level, value in self.acting.items():
            if level not in self.checked:
                continue
            others = [
                self.codes[row] == value
                for row, combination in enumerate(self.trials.changes)
                if level in combination
                and len(combination) > 1
                and self.codes[row] >= 0
                and self.list_acting(combination) == [level]
            ]
            contradicted = len(others) > 1 and sum(others) * 2 < len(others)
            enough = MAX_REPLICATES if contradicted else 1 if len(others) > 1 else 2
            if len(self.trials.rows_by_changes[frozenset({level})]) < enough:
                found.append(frozenset({level}))
        return found
