"""Runs the trials of a subject within a budget.

Each trial runs once and is counted; :class:`BudgetExhausted` is raised when no more may run.  A
trial that the client did not finish, or in which it failed before it sent anything, gives no
answer: it counts neither as firing nor as silent.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import count

from lab.environment import Environment
from lab.errors import LabError, UsageError
from lab.observation.records import Observation
from lab.testing.observed import Observed
from lab.testing.subject import Subject

__all__ = ["BudgetExhausted", "ObservedTrial", "ProbePredicate", "TrialBudget"]

ProbePredicate = Callable[["ObservedTrial"], object]


class BudgetExhausted(BaseException):
    """No more trials may be run now.

    Not an Exception, because Hypothesis treats those as failures of the tested property.
    """


class ObservedTrial(Observed):
    """What a subject sent in one replicate of an environment."""

    def __init__(self, subject: Subject, environment: Environment, replicate: int) -> None:
        super().__init__(subject, environment, subject.comparisons)
        self.replicate = replicate

    @property
    def observation(self) -> Observation:
        """Everything that this trial sent, byte-exact, and how it ended."""
        return self.subject.observation(self.environment, self.replicate)


class TrialBudget:
    """The trials of one subject; ``now`` is a clock in seconds."""

    def __init__(
        self, subject: Subject, fires: ProbePredicate, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.subject = subject
        self.failed: dict[Environment, str] = {}
        """Environments in which the client did not finish, and how it ended."""
        self._fires = fires
        self._clock = now
        self._counted: set[tuple[Environment, int]] = set()
        self._fired: dict[tuple[Environment, int], bool] = {}
        self._charged = 0
        self._max_trials = 0
        self._deadline: float | None = None

    @property
    def trials(self) -> int:
        """How many trials were used so far."""
        return len(self._counted) + self._charged

    def limit(self, trials: int, until: float | None = None) -> None:
        """Allow so many further trials, none of which may begin after ``until``."""
        self._max_trials = self.trials + trials
        self._deadline = until

    def reserve(self, trials: int) -> None:
        """Allow at least so many further trials, without a deadline, to complete a step."""
        self._max_trials = max(self._max_trials, self.trials + trials)
        self._deadline = None

    def charge(self, trials: int) -> None:
        """Count trials that were run elsewhere."""
        self._charged += trials

    def deadline_after(self, seconds: float | None) -> float | None:
        """The clock's time in so many seconds."""
        return None if seconds is None else self._clock() + seconds

    def run_trial(self, environment: Environment, replicate: int = 0) -> ObservedTrial | None:
        """What one trial sent; None if the client did not finish it."""
        key = environment, replicate
        if key not in self._counted:
            if self.trials >= self._max_trials or self._is_past_deadline():
                raise BudgetExhausted
            self._counted.add(key)
        trial = ObservedTrial(self.subject, environment, replicate)
        end = trial.observation.exit
        if end.verdict != "finished":
            self.failed.setdefault(environment, f"{end.verdict} {end.detail}".strip())
            return None
        if end.code and not trial.observation.events:
            # It may have failed before it reached the code that the statement is about.
            self.failed.setdefault(environment, f"ended with {end.code} and sent nothing")
            return None
        return trial

    def count_replicates(self, environment: Environment) -> int:
        """How many replicates of an environment were used so far."""
        return next(number for number in count() if (environment, number) not in self._counted)

    def probe_fires(self, environment: Environment, replicate: int = 0) -> bool | None:
        """Whether the probe fired in one trial; None if the client did not finish it."""
        key = environment, replicate
        if key not in self._fired:
            trial = self.run_trial(environment, replicate)
            if trial is None:
                return None
            self._fired[key] = self._evaluate_probe(trial)
        return self._fired[key]

    def list_firing(self) -> list[Environment]:
        """Environments in which the probe fired in every trial."""
        answers: dict[Environment, bool] = {}
        for (environment, _), answer in self._fired.items():
            answers[environment] = answers.get(environment, True) and answer
        return [environment for environment, answer in answers.items() if answer]

    def _is_past_deadline(self) -> bool:
        return self._deadline is not None and self._clock() >= self._deadline

    def _evaluate_probe(self, trial: ObservedTrial) -> bool:
        try:
            return bool(self._fires(trial))
        except LabError:
            raise
        except Exception as error:
            raise UsageError(
                f"fires raised {type(error).__name__}: {error}, for {trial!r}; "
                "it must return true or false for any traffic, also for none"
            ) from error
