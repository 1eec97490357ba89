"""Looking at a subject in one environment after another, within a budget.

A question about a trial is answered from what was sent.  Each trial runs once, and is counted;
when no more may be run, :class:`Spent` ends whatever is asking.  A trial that the client did
not finish, or in which it failed without having sent anything, is no answer: neither silence
nor a sign.
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

__all__ = ["Fires", "Lookout", "Spent", "Trial"]

Fires = Callable[["Trial"], object]


class Spent(BaseException):
    """No more trials may be run now.

    No Exception, because Hypothesis takes those for failures of the tested property.
    """


class Trial(Observed):
    """What a subject sent in one replicate of an environment."""

    def __init__(self, subject: Subject, environment: Environment, replicate: int) -> None:
        super().__init__(subject, environment)
        self.replicate = replicate

    @property
    def observation(self) -> Observation:
        """Everything that this trial sent, byte-exact, and how it ended."""
        return self.subject.observation(self.environment, self.replicate)


class Lookout:
    """One subject, and what it was seen to do.

    ``now`` is a clock in seconds.
    """

    def __init__(
        self, subject: Subject, fires: Fires, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self.subject = subject
        self.failed: dict[Environment, str] = {}
        """Environments in which the client did not finish, and what became of it."""
        self._fires = fires
        self._now = now
        self._looked: set[tuple[Environment, int]] = set()
        self._fired: dict[tuple[Environment, int], bool] = {}
        self._elsewhere = 0
        self._most = 0
        self._until: float | None = None

    @property
    def trials(self) -> int:
        """How many trials were looked at so far."""
        return len(self._looked) + self._elsewhere

    def allow(self, trials: int, until: float | None = None) -> None:
        """From now on so many further trials may run, none of them begun after ``until``."""
        self._most = self.trials + trials
        self._until = until

    def grant(self, trials: int) -> None:
        """So many trials may run at least, for what has to be seen to its end."""
        self._most = max(self._most, self.trials + trials)
        self._until = None

    def charge(self, trials: int) -> None:
        """Count trials that were run elsewhere."""
        self._elsewhere += trials

    def ends_after(self, seconds: float | None) -> float | None:
        """The time at which so many seconds will be over."""
        return None if seconds is None else self._now() + seconds

    def look(self, environment: Environment, replicate: int = 0) -> Trial | None:
        """What one trial sent; None if the client did not finish it."""
        key = environment, replicate
        if key not in self._looked:
            if self.trials >= self._most or self._late():
                raise Spent
            self._looked.add(key)
        trial = Trial(self.subject, environment, replicate)
        end = trial.observation.exit
        if end.verdict != "finished":
            self.failed.setdefault(environment, f"{end.verdict} {end.detail}".strip())
            return None
        if end.code and not trial.observation.events:
            # It may have failed before it came to what the statement is about.
            self.failed.setdefault(environment, f"ended with {end.code} and sent nothing")
            return None
        return trial

    def replicates(self, environment: Environment) -> int:
        """How many replicates of an environment were looked at so far, which are the first."""
        return next(number for number in count() if (environment, number) not in self._looked)

    def fires(self, environment: Environment, replicate: int = 0) -> bool | None:
        """Whether it fired in one trial; None if the client did not finish it."""
        key = environment, replicate
        if key not in self._fired:
            trial = self.look(environment, replicate)
            if trial is None:
                return None
            self._fired[key] = self._judged(trial)
        return self._fired[key]

    def fired(self) -> list[Environment]:
        """Environments in which it fired whenever that was looked at."""
        answers: dict[Environment, bool] = {}
        for (environment, _), answer in self._fired.items():
            answers[environment] = answers.get(environment, True) and answer
        return [environment for environment, answer in answers.items() if answer]

    def _late(self) -> bool:
        return self._until is not None and self._now() >= self._until

    def _judged(self, trial: Trial) -> bool:
        try:
            return bool(self._fires(trial))
        except LabError:
            raise
        except Exception as error:
            raise UsageError(
                f"fires raised {type(error).__name__}: {error}, asked about {trial!r}; "
                "it has to answer yes or no for whatever was sent, also for nothing"
            ) from error
