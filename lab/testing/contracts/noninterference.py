"""Whether what leaves the machine depends on a factor, or holds a copy of its level.

Two methods, because each finds what the other cannot.  *Non-interference*: two environments
that differ in this factor alone must be indistinguishable
(:mod:`lab.testing.pairwise_test`), which finds whatever is derived, and misses what hides in
noise.  *A search for copies*: the texts of the level, in all forms and layers that the lab
knows (:mod:`lab.findings.encodings.search`), which finds a copy within noise and misses what is
derived. A text that is sent on the other side too is no copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from lab.environment import Environment
from lab.errors import ClientError
from lab.experiment.columns.canaries import generate_canary
from lab.factors.registry import get_factor
from lab.findings.encodings.search import TextSearch
from lab.findings.report import Signal
from lab.observation.features import HostRoles, extract_features
from lab.reports.text.phrases import format_location
from lab.testing.comparison import compare
from lab.testing.contracts.trial_budget import ObservedTrial, TrialBudget
from lab.testing.subject import UnmeasurableError

__all__ = ["NonInterference"]

_WIDTH = 120


class NonInterference:
    """One factor that a subject must not tell of."""

    def __init__(self, budget: TrialBudget, name: str, seed: int) -> None:
        self._budget = budget
        self._item = get_factor(name)
        self._seed = seed
        self._found: dict[Environment, tuple[str, ...] | None] = {}

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels to try first: one made up for this, whose copy cannot be chance, and the named."""
        canary = generate_canary(self._item, self._seed)
        return (*(() if canary is None else (canary.level,)), *self._item.levels)

    def is_violated(self, environment: Environment) -> bool | None:
        """Whether what is sent here tells the level from the control; None without an answer."""
        found = self.find_violations(environment)
        return None if found is None else bool(found)

    def find_violations(self, environment: Environment) -> tuple[str, ...] | None:
        """What tells it, a line each."""
        if environment not in self._found:
            self._found[environment] = self._compare_with_control(environment)
        return self._found[environment]

    def _compare_with_control(self, environment: Environment) -> tuple[str, ...] | None:
        other = environment.but({self._item.name: self._item.control})
        here, there = self._budget.run_trial(environment), self._budget.run_trial(other)
        if here is None or there is None:
            return None
        if environment[self._item.name] in there.hosts:
            return ()  # a machine with the name of a server reaches itself: that tells nothing
        lines = self._find_copies(environment, here, there)
        try:
            answer = compare(self._budget.subject.comparisons, environment, other)
        except UnmeasurableError:
            return ()  # these two levels come to the same for this client
        except ClientError as error:
            self._budget.failed.setdefault(environment, str(error))
            return lines or None
        self._budget.charge(max(0, answer.trials - 2))
        # How a client ends stays on the machine.
        sent = [each for each in answer.signals if each.location.channel != "exit"]
        return (*lines, *(_describe_signal(each) for each in sent))

    def _find_copies(
        self, environment: Environment, here: ObservedTrial, there: ObservedTrial
    ) -> tuple[str, ...]:
        needles = self._item.needles(environment[self._item.name])
        if not needles or self._item.routes:
            return ()
        ours, theirs = _sent_values(here), _sent_values(there)
        # What is sent on both sides alike cannot tell them apart.
        new = {value: where for value, where in ours.items() if value not in theirs}
        found = list(_search_copies(needles, new))
        known = {needle for needle, _, _ in _search_copies(needles, theirs)} if found else ()
        return tuple(
            f"a copy of {needle!r} ({encoding}) in {where}"
            for needle, encoding, where in found
            if needle not in known
        )


def _search_copies(
    needles: tuple[str, ...], sent: Mapping[str, str]
) -> Iterator[tuple[str, str, str]]:
    """Each text that was sent, in which encoding, and where it was seen first."""
    search = _build_search(needles)
    seen: set[str] = set()
    for value, where in sent.items():
        for hit in search.hits(value):
            if hit is not None and hit.needle not in seen:
                seen.add(hit.needle)
                yield hit.needle, hit.encoding, where


def _sent_values(trial: ObservedTrial) -> dict[str, str]:
    """Everything that was sent, piece by piece, and where each was seen first."""
    found: dict[str, str] = {}
    for location, values in extract_features(trial.observation, HostRoles()).items():
        if location.channel != "exit":
            names = (location.host, location.path, location.pointer)
            for value in (*values, *(name for name in names if name)):
                found.setdefault(value, format_location(location, _WIDTH))
    found.setdefault(trial.text, "what was sent")
    return found


@lru_cache(maxsize=64)
def _build_search(needles: tuple[str, ...]) -> TextSearch:
    return TextSearch([[needle] for needle in needles])


def _describe_signal(signal: Signal) -> str:
    covert = "covert, " if signal.covert else ""
    return f"{covert}{signal.kind} at {format_location(signal.location, _WIDTH)}"
