"""Whether traffic depends on a factor, or has a copy of its level.

Two complementary methods.  *Non-interference*: two environments that differ in this factor alone
must be indistinguishable (:mod:`lab.testing.pairwise_test`).  This finds derived values and misses
what is hidden in noise.  *Search for copies*: the texts of the level, in all encodings that the
lab knows (:mod:`lab.findings.encodings.search`).  This finds a copy within noise and misses
derived values.  A text that is sent on the other side, too, is no copy.
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
    """The check that a subject does not reveal one factor."""

    def __init__(self, budget: TrialBudget, name: str, seed: int) -> None:
        self._budget = budget
        self._item = get_factor(name)
        self._seed = seed
        self._found: dict[Environment, tuple[str, ...] | None] = {}

    @property
    def levels(self) -> tuple[str, ...]:
        """Levels to try first: a canary, which is never sent by chance, and the named levels."""
        canary = generate_canary(self._item, self._seed)
        return (*(() if canary is None else (canary.level,)), *self._item.levels)

    def is_violated(self, environment: Environment) -> bool | None:
        """Whether what is sent reveals the level; None if a trial gave no answer."""
        found = self.find_violations(environment)
        return None if found is None else bool(found)

    def find_violations(self, environment: Environment) -> tuple[str, ...] | None:
        """What reveals the level, a line each; None if a trial gave no answer."""
        if environment not in self._found:
            self._found[environment] = self._compare_with_control(environment)
        return self._found[environment]

    def _compare_with_control(self, environment: Environment) -> tuple[str, ...] | None:
        other = environment.but({self._item.name: self._item.control})
        here, there = self._budget.run_trial(environment), self._budget.run_trial(other)
        if here is None or there is None:
            return None
        if environment[self._item.name] in there.hosts:
            return ()  # a machine with the name of a server reaches itself: no evidence
        lines = self._find_copies(environment, here, there)
        try:
            answer = compare(self._budget.subject.comparisons, environment, other)
        except UnmeasurableError:
            return ()  # these two levels configure this client in the same way
        except ClientError as error:
            self._budget.failed.setdefault(environment, str(error))
            return lines or None
        self._budget.charge(max(0, answer.trials - 2))
        # The client's exit code and output are not sent.
        sent = [each for each in answer.signals if each.location.channel != "exit"]
        return (*lines, *(_describe_signal(each) for each in sent))

    def _find_copies(
        self, environment: Environment, here: ObservedTrial, there: ObservedTrial
    ) -> tuple[str, ...]:
        needles = self._item.needles(environment[self._item.name])
        if not needles or self._item.routes:
            return ()
        ours, theirs = _sent_values(here), _sent_values(there)
        # Values that both sides send do not distinguish them.
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
    """Each text that was sent, with its encoding and the first location."""
    search = _build_search(needles)
    seen: set[str] = set()
    for value, where in sent.items():
        for hit in search.hits(value):
            if hit is not None and hit.needle not in seen:
                seen.add(hit.needle)
                yield hit.needle, hit.encoding, where


def _sent_values(trial: ObservedTrial) -> dict[str, str]:
    """Every value that was sent, with its first location."""
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
