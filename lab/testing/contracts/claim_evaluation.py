"""The evaluation of one claim: search, then estimate, then a verdict.

Search and estimate are separate.  The *search*
(:mod:`lab.testing.contracts.counterexample_search`) chooses machines that are likely to break the
claim, so no rate can be computed from them.  The *estimate*
(:mod:`lab.testing.contracts.violation_rate`) draws machines at random from the stated population;
a violation there is a counterexample, too.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from lab.environment import Change, Environment
from lab.factors.registry import get_factor
from lab.observation.records import Observation
from lab.reports.text.phrases import build_run_command, format_list, quote_words
from lab.reports.text.safe import clip
from lab.testing.contracts.boundaries import KnownLevels
from lab.testing.contracts.claim import Claim
from lab.testing.contracts.counterexample_search import CounterexampleSearch, Effort, SearchOutcome
from lab.testing.contracts.destinations import describe_destinations
from lab.testing.contracts.sampling import MachinePopulation
from lab.testing.contracts.trial_budget import TrialBudget
from lab.testing.contracts.verdict import FlakyMachine, Verdict
from lab.testing.contracts.violation_rate import RateEstimate, estimate_rate

__all__ = ["ClaimEvaluation"]

_MAX_FLAKY = 5
_MAX_WIDTH = 160


class ClaimEvaluation(msgspec.Struct, frozen=True):
    """Evaluates the claims about one subject."""

    budget: TrialBudget
    levels: dict[str, KnownLevels]
    population: MachinePopulation
    effort: Effort
    samples: int
    seed: int

    def build_search(self, claim: Claim) -> CounterexampleSearch:
        """A search for what breaks the claim."""
        return CounterexampleSearch(
            claim, self.budget, self.levels, effort=self.effort, seed=self.seed
        )

    def evaluate(
        self,
        claim: Claim,
        boundaries: Sequence[Environment],
        bases: Sequence[Environment],
        *,
        reads: Sequence[str] = (),
        also_estimated: Sequence[Claim] = (),
        vacuous_because: str | None = None,
    ) -> Verdict:
        """The verdict on a claim, with its rate.

        Args:
            claim: The claim.
            boundaries: Machines to try first, in order.
            bases: Machines from which Hypothesis generates others.
            reads: The factors that decide whether the claim applies to a machine.
            also_estimated: Further claims whose rates the verdict states.
            vacuous_because: Why nothing could break the claim, where that is so.
        """
        search = self.build_search(claim)
        outcome = search.run(boundaries, bases, reads) if vacuous_because is None else search.skip()
        estimates = (
            []
            if vacuous_because
            else [self._estimate_rate(each) for each in (claim, *also_estimated)]
        )
        broken = outcome.counterexample
        if broken is None and estimates and estimates[0].violations:
            outcome = search.confirm(estimates[0].violations[0], estimates[0].flaky)
            broken = outcome.counterexample
        flaky = dict.fromkeys(
            (*outcome.flaky, *(each for one in estimates[:1] for each in one.flaky))
        )
        verdict = Verdict(
            statement=claim.name,
            client=self.budget.subject.label,
            outcome="held",
            why="",
            violation=claim.violation,
            counterexample=broken,
            changes=self._changes_from_control(broken) if broken is not None else (),
            evidence=()
            if broken is None
            else self._describe_evidence(claim, search, outcome, broken),
            repeat=() if broken is None else self._build_commands(broken),
            tried=outcome.tried,
            rates=tuple(each.rate for each in estimates),
            population=self.population.fix_levels(claim.fixed).describe(),
            flaky=tuple(
                FlakyMachine(self._changes_from_control(each), violations, of)
                for each, violations, of in list(flaky)[:_MAX_FLAKY]
            ),
            failed=tuple(
                f"{why} ({_format_levels(self._changes_from_control(each))})"
                for each, why in self.budget.failed.items()
            ),
            trials=self.budget.trials,
            seed=self.seed,
        )
        return _decide_outcome(verdict, claim, vacuous_because)

    def _estimate_rate(self, claim: Claim) -> RateEstimate:
        return estimate_rate(
            claim,
            self.budget,
            self.population,
            self.samples,
            replicates=self.effort.replicates,
            seconds=self.effort.seconds,
            seed=self.seed,
        )

    # --- the description of a counterexample ------------------------------------------------

    def _changes_from_control(self, environment: Environment) -> tuple[Change, ...]:
        return tuple(
            Change(name, get_factor(name).control, text)
            for name, text in environment.levels
            if text != get_factor(name).control
        )

    def _describe_evidence(
        self,
        claim: Claim,
        search: CounterexampleSearch,
        outcome: SearchOutcome,
        broken: Environment,
    ) -> tuple[str, ...]:
        lines = [*claim.describe(broken)]
        if outcome.replicates > 1:
            lines.append(f"in each of {outcome.replicates} replicates")
        changes = search.control.difference(broken)
        needed = [each.factor for each in changes if self._is_needed(search, broken, each)]
        if needed and len(needed) == len(changes):
            which = needed[0] if len(needed) == 1 else "any one of these"
            lines.append(f"with {which} at its control, it does not")
        trial = self.budget.subject.observation(broken)
        lines += [f"sent: {clip(line, _MAX_WIDTH)}" for line in _describe_sent(trial)]
        lines += _describe_exit(trial)
        return tuple(lines)

    def _is_needed(self, search: CounterexampleSearch, broken: Environment, change: Change) -> bool:
        """Whether the claim is not violated, or does not apply, with this level at the control."""
        return search.known_result(broken.but({change.factor: change.left})) is False

    def _build_commands(self, environment: Environment) -> tuple[str, ...]:
        subject = self.budget.subject
        levels = {each.factor: each.right for each in self._changes_from_control(environment)}
        if subject.words is None:
            words = ", ".join(f"{name}={text!a}" for name, text in levels.items())
            return (f"contract.observe(lab.control({words})).text",)
        return (" ".join(build_run_command(quote_words(subject.words), levels)),)


def _decide_outcome(verdict: Verdict, claim: Claim, vacuous_because: str | None) -> Verdict:
    """The verdict with its outcome and why."""
    if verdict.counterexample is not None:
        return msgspec.structs.replace(verdict, outcome="broken", why=claim.violation)
    cases = verdict.rates[0].cases if verdict.rates else 0
    why = None
    if vacuous_because is not None:
        why = vacuous_because
    elif verdict.flaky:
        each = verdict.flaky[0]
        why = (
            f"at random: with {_format_levels(each.changes)}, {verdict.client} {claim.violation} "
            f"in {each.violations} of {each.replicates} replicates"
        )
    elif not verdict.tried and not cases:
        why = f"nothing could be tried: no {claim.among} were found; give examples=[{{…}}]"
    elif len(verdict.failed) > (verdict.tried + cases) / 2:
        why = f"most trials gave no answer: {verdict.failed[0]}"
    if why is None:
        return verdict
    return msgspec.structs.replace(verdict, outcome="open", why=why)


def _format_levels(changes: Sequence[Change]) -> str:
    text = " ".join(f"{each.factor}={each.right}" for each in changes)
    return clip(text, _MAX_WIDTH) or "the control environment"


def _describe_sent(trial: Observation) -> list[str]:
    """The destinations, abbreviated; ``nothing`` for a trial that has none."""
    names = list(dict.fromkeys(describe_destinations(trial)))
    return [format_list(names, 6)] if names else ["nothing"]


def _describe_exit(trial: Observation) -> list[str]:
    end = trial.exit
    if end.code == 0:
        return []
    tail = (end.stderr or end.stdout).decode(errors="replace").strip().splitlines()
    how = end.verdict if end.verdict != "finished" else f"code {end.code}"
    return [f"it ended with {how}" + (f": {clip(tail[-1], _MAX_WIDTH)}" if tail else "")]
