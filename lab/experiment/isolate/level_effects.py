"""What the trials say of one group of columns, before anybody asks for a cause.

What is usual, which levels were checked and what they do, what the array lets presume of the
others, and whether enough was seen twice for any of it to mean something.
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
"""So many levels of different factors are checked in one trial, all others at the control."""
MAX_REPLICATES = 4
"""A feature that so many trials of one environment do not show will not be waited for."""
_MIN_REPETITIONS = 2
"""Before anything is made of a column, so many of its values must have been seen again."""
_MAX_REPEATED = 6
"""Trials that are repeated to see a value again, which occurs too rarely if that is in vain."""


class LevelEffects:
    """One group of columns, with what follows from the trials of single levels."""

    def __init__(self, trials: TrialTable, group: ColumnGroup) -> None:
        self.trials = trials
        self.codes = group.codes
        self.usual = self.value(frozenset())
        if self.usual is None:
            known = Counter(code for code in group.codes if code >= 0)
            self.usual = known.most_common(1)[0][0]
        self.checked: dict[Setting, int] = {}
        for combination in trials.rows_by_changes:
            if len(combination) == 1:
                value = self.value(combination)
                if value is not None:
                    self.checked[next(iter(combination))] = value
        rows = [
            (row, code)
            for row, code, designed in zip(trials.changes, self.codes, trials.designed, strict=True)
            if code >= 0 and designed
        ]
        every = [
            (row, code) for row, code in zip(trials.changes, self.codes, strict=True) if code >= 0
        ]
        acting = {level: value for level, value in self.checked.items() if value != self.usual}
        self.single: Mapping[Setting, int] = acting
        self.unchecked: tuple[Setting, ...] = ()
        self.regions = find_interactions(every, self.usual, acting)
        if not self.regions:
            more = True
            while more:
                presumed = estimate_main_effects(rows, self.usual, self.checked, trials.levels)
                self.single, self.unchecked = presumed.values, presumed.unchecked
                more = self._check_together()
            if not self.unchecked:
                self.regions = find_interactions(every, self.usual, self.single)

    def _check_together(self) -> bool:
        """Take trials of a few levels as checks of that one which acts; whether there is news."""
        before = len(self.checked)
        for combination in self.trials.rows_by_changes:
            if (
                not 1 < len(combination) <= MAX_CHECKED_TOGETHER
                or (value := self.value(combination)) is None
            ):
                continue
            active = self.active(combination)
            if len(active) == 1:
                self.checked.setdefault(active[0], value)
            elif not active and value == self.usual:
                for level in combination:
                    self.checked.setdefault(level, value)
        return len(self.checked) > before

    def value(self, combination: Changes) -> int | None:
        """The most frequent value of the trials of exactly this combination.

        None where nothing is known, or two values are equally frequent.
        """
        rows = self.trials.rows_by_changes.get(combination, ())
        known = Counter(code for row in rows if (code := self.codes[row]) >= 0)
        counts = known.most_common(2)
        tied = len(counts) > 1 and counts[0][1] == counts[1][1]
        return counts[0][0] if counts and not tied else None

    def active(self, combination: Iterable[Setting]) -> list[Setting]:
        """The levels that have an effect of their own."""
        return [level for level in combination if level in self.single]

    def untried(self, combination: Changes) -> list[Changes]:
        """Those of a few levels of which it is not known what they do by themselves."""
        return [frozenset({level}) for level in sorted(combination) if level not in self.checked]

    def predicted(self, combination: Changes) -> int | None:
        """The value if nothing interacts; None where several effects meet."""
        active = self.active(combination)
        if not active:
            return self.usual
        return self.single[active[0]] if len(active) == 1 else None

    @property
    def repeated(self) -> bool:
        """Whether repetitions enough are known to believe that the column is no noise.

        What is sent in few trials only, with something random in it, looks as if it followed
        from whatever was varied in these.
        """
        return sum(count - 1 for count in self._known().values()) >= _MIN_REPETITIONS

    def to_repeat(self) -> list[Changes]:
        """The trial to repeat so that more is known; none where that was tried."""
        known = self._known()
        trials = {one: len(self.trials.rows_by_changes[one]) for one in known}
        if sum(number - 1 for one, number in trials.items() if one) >= _MAX_REPEATED:
            return []
        left = [one for one in known if trials[one] < MAX_REPLICATES]
        return sorted(left, key=lambda one: (-known[one], sorted(one)))[:1]

    def _known(self) -> dict[Changes, int]:
        """In how many trials of each combination the column is known."""
        counts = {
            combination: sum(self.codes[row] >= 0 for row in rows)
            for combination, rows in self.trials.rows_by_changes.items()
        }
        return {combination: count for combination, count in counts.items() if count}

    def shown(self, region: Interaction) -> list[Changes]:
        """Combinations of exactly a region's factors that showed its effect by themselves."""
        size = len(region.levels)
        return [
            combination
            for combination in self.trials.rows_by_changes
            if len(combination) == size
            and region.holds(combination)
            and self.value(combination) not in (None, self.usual)
        ]

    def doubtful(self) -> list[Changes]:
        """Single levels whose effect other trials do not bear out and that ran only once."""
        found = []
        for level, value in self.single.items():
            if (
                level not in self.checked
                or len(self.trials.rows_by_changes[frozenset({level})]) > 1
            ):
                continue
            others = [
                self.codes[row] == value
                for row, combination in enumerate(self.trials.changes)
                if level in combination
                and len(combination) > 1
                and self.codes[row] >= 0
                and self.active(combination) == [level]
            ]
            if sum(others) * 2 < len(others) or len(others) < 2:
                found.append(frozenset({level}))
        return found
