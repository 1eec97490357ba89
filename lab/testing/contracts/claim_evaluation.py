"""One claim put to the test: search, then estimate, then a verdict.

Two jobs, kept apart.  The *search* (:mod:`lab.testing.contracts.counterexample_search`) wants to
break the claim and chooses its machines for that; a rate of what it found would mean nothing.  The
*estimate* (:mod:`lab.testing.contracts.violation_rate`) draws machines from the stated population
and never chooses; what breaks the claim there is a counterexample as well.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from lab.environment import Change, Environment
from lab.factors.registry import get_factor
from lab.observation.records import Observation
from lab.reports.text.phrases import build_run_command, format_list, quote_words
from lab.reports.text.safe import clip
from lab.testing.contracts.boundaries import Levels
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.counterexample_search import Effort, Outcome, Search
from lab.testing.contracts.destinations import named
from lab.testing.contracts.sampling import Population
from lab.testing.contracts.trial_budget import Lookout
from lab.testing.contracts.verdict import Unsteady, Verdict
from lab.testing.contracts.violation_rate import Sample, sample

__all__ = ["Inquiry"]

_MOST_UNSTEADY = 5
_LONGEST = 160


class Inquiry(msgspec.Struct, frozen=True):
    """What all claims about one subject have in common."""

    lookout: Lookout
    levels: dict[str, Levels]
    population: Population
    effort: Effort
    samples: int
    seed: int

    def search(self, claim: Claim) -> Search:
        """A search for what breaks the claim."""
        return Search(claim, self.lookout, self.levels, effort=self.effort, seed=self.seed)

    def answer(
        self,
        claim: Claim,
        edges: Sequence[Environment],
        bases: Sequence[Environment],
        *,
        reads: Sequence[str] = (),
        besides: Sequence[Claim] = (),
        idle: str | None = None,
    ) -> Verdict:
        """The verdict on a claim, with the rates of it and of those ``besides``.

        ``idle`` says why nothing could have broken it, where that is so.
        """
        search = self.search(claim)
        outcome = search.run(edges, bases, reads) if idle is None else search.none()
        samples = [] if idle else [self._sampled(each) for each in (claim, *besides)]
        broken = outcome.broken
        if broken is None and samples and samples[0].wrong:
            outcome = search.believed(samples[0].wrong[0], samples[0].unsteady)
            broken = outcome.broken
        unsteady = dict.fromkeys(
            (*outcome.unsteady, *(each for one in samples[:1] for each in one.unsteady))
        )
        verdict = Verdict(
            statement=claim.name,
            client=self.lookout.subject.label,
            outcome="held",
            why="",
            breach=claim.breach,
            counterexample=broken,
            changes=self._changes(broken) if broken is not None else (),
            evidence=() if broken is None else self._evidence(claim, search, outcome, broken),
            repeat=() if broken is None else self._repeat(broken),
            tried=outcome.tried,
            rates=tuple(each.rate for each in samples),
            population=self.population.holding(claim.held).told(),
            unsteady=tuple(
                Unsteady(self._changes(each), wrong, of)
                for each, wrong, of in list(unsteady)[:_MOST_UNSTEADY]
            ),
            failed=tuple(
                f"{why} ({_levels(self._changes(each))})"
                for each, why in self.lookout.failed.items()
            ),
            trials=self.lookout.trials,
            seed=self.seed,
        )
        return _decided(verdict, claim, idle)

    def _sampled(self, claim: Claim) -> Sample:
        return sample(
            claim,
            self.lookout,
            self.population,
            self.samples,
            replicates=self.effort.replicates,
            seconds=self.effort.seconds,
            seed=self.seed,
        )

    # --- what is told of a counterexample ---------------------------------------------------

    def _changes(self, environment: Environment) -> tuple[Change, ...]:
        return tuple(
            Change(name, get_factor(name).control, text)
            for name, text in environment.levels
            if text != get_factor(name).control
        )

    def _evidence(
        self, claim: Claim, search: Search, outcome: Outcome, broken: Environment
    ) -> tuple[str, ...]:
        lines = [*claim.story(broken)]
        if outcome.replicates > 1:
            lines.append(f"in each of {outcome.replicates} replicates")
        changes = search.control.difference(broken)
        needed = [each.factor for each in changes if self._is_needed(search, broken, each)]
        if needed and len(needed) == len(changes):
            which = needed[0] if len(needed) == 1 else "any one of these"
            lines.append(f"with {which} at its control, it does not")
        trial = self.lookout.subject.observation(broken)
        lines += [f"sent: {clip(line, _LONGEST)}" for line in _sent(trial)]
        lines += _ended(trial)
        return tuple(lines)

    def _is_needed(self, search: Search, broken: Environment, change: Change) -> bool:
        """Whether nothing is wrong, or nothing promised, once this level is at the control."""
        return search.known(broken.but({change.factor: change.left})) is False

    def _repeat(self, environment: Environment) -> tuple[str, ...]:
        subject = self.lookout.subject
        levels = {each.factor: each.right for each in self._changes(environment)}
        if subject.words is None:
            words = ", ".join(f"{name}={text!a}" for name, text in levels.items())
            return (f"contract.observe(lab.control({words})).text",)
        return (" ".join(build_run_command(quote_words(subject.words), levels)),)


def _decided(verdict: Verdict, claim: Claim, idle: str | None) -> Verdict:
    """The verdict with its outcome and why."""
    if verdict.counterexample is not None:
        return msgspec.structs.replace(verdict, outcome="broken", why=claim.breach)
    cases = verdict.rates[0].cases if verdict.rates else 0
    why = None
    if idle is not None:
        why = idle
    elif verdict.unsteady:
        each = verdict.unsteady[0]
        why = (
            f"at random: with {_levels(each.changes)}, {verdict.client} {claim.breach} "
            f"in {each.wrong} of {each.of} replicates"
        )
    elif not verdict.tried and not cases:
        why = f"nothing could be tried: no {claim.among} were met; give examples=[{{…}}]"
    elif len(verdict.failed) > (verdict.tried + cases) / 2:
        why = f"most trials gave no answer: {verdict.failed[0]}"
    if why is None:
        return verdict
    return msgspec.structs.replace(verdict, outcome="open", why=why)


def _levels(changes: Sequence[Change]) -> str:
    text = " ".join(f"{each.factor}={each.right}" for each in changes)
    return clip(text, _LONGEST) or "the control environment"


def _sent(trial: Observation) -> list[str]:
    """The destinations, in few words; ``nothing`` for a trial that sent none."""
    names = list(dict.fromkeys(named(trial)))
    return [format_list(names, 6)] if names else ["nothing"]


def _ended(trial: Observation) -> list[str]:
    end = trial.exit
    if end.code == 0:
        return []
    tail = (end.stderr or end.stdout).decode(errors="replace").strip().splitlines()
    how = end.verdict if end.verdict != "finished" else f"code {end.code}"
    return [f"it ended with {how}" + (f": {clip(tail[-1], _LONGEST)}" if tail else "")]
