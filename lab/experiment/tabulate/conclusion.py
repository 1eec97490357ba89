"""The conclusion of a finished audit: signals, what is inconclusive, and the verdict."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

import msgspec

from lab.environment import Environment
from lab.experiment.analysis import Analysis
from lab.experiment.confirm.distribution_shifts import next_look_size
from lab.experiment.confirm.effect import Effect
from lab.experiment.confirm.multiple_testing import replicates_needed, strictest_threshold
from lab.experiment.confirm.permutation import permutation_p_value, smallest_p_value
from lab.experiment.scope import Scope
from lab.experiment.tabulate.missing_levels import add_missing_levels
from lab.experiment.tabulate.rate_signals import build_rate_signals
from lab.experiment.tabulate.signals import assemble_signals
from lab.experiment.tabulate.trials_left_out import list_trials_that_do_not_count
from lab.experiment.tabulate.usual_messages import list_usual_messages
from lab.experiment.trials.contrasts import TrialTable
from lab.experiment.trials.row import Row
from lab.factors.registry import find_forbidden_pairs, get_factor
from lab.findings.audit_verdict import decide_verdict
from lab.findings.information.entropy import TotalBits, compute_bits, compute_joint_bits
from lab.findings.information.population import build_population
from lab.findings.report import (
    Calibration,
    Coverage,
    FactorFacts,
    Inconclusive,
    Noise,
    NotMeasured,
    Signal,
    UsualMessage,
    Verdict,
)
from lab.findings.rules.level_rules import add_rules

__all__ = ["Conclusion", "conclude"]

_SPLITS = 20
_MAX_LOCATIONS = 400
_NO_DIFFERENCE = 0.5
"""Above this p-value there is no difference; between alpha and this it is inconclusive."""


class Conclusion(msgspec.Struct, frozen=True):
    """What an audit found."""

    factors: tuple[FactorFacts, ...]
    signals: tuple[Signal, ...]
    noise: tuple[Noise, ...]
    inconclusive: tuple[Inconclusive, ...]
    not_measured: tuple[NotMeasured, ...]
    calibration: Calibration
    verdict: Verdict
    coverage: Coverage
    bits: TotalBits
    """The information of all signals together, routing effects excluded."""
    unmeasured: str | None = None
    """Why the trials say nothing about the client."""
    usual: tuple[UsualMessage, ...] = ()


def conclude(
    analysis: Analysis,
    rows: Sequence[Row],
    control: Environment,
    *,
    scope: Scope,
    alpha: float,
    seed: int,
    skipped: int,
    unmeasured: str | None,
    coverage: Coverage,
) -> Conclusion:
    """Return the signals, and everything that is not a signal, with the reason.

    Args:
        analysis: The analysis of all trials.
        rows: All trials.
        control: The control environment.
        scope: The factors and levels of the audit.
        alpha: The error rate of the whole audit.
        seed: The seed of the audit.
        skipped: Planned trials that a limit excluded.
        unmeasured: Why the trials say nothing about the client; None where they do.
        coverage: Which combinations of levels ran.
    """
    trials = TrialTable(control, [row.environment for row in rows])
    confirmed = [effect for effect in analysis.effects if effect.p_adjusted <= alpha]
    signals = assemble_signals(
        [effect for effect in confirmed if effect.shift is None],
        rows,
        trials,
        needles=lambda name, level: get_factor(name).needles(level),
        routes=scope.routes,
    )
    rates = [effect for effect in confirmed if effect.shift is not None]
    signals = (*signals, *build_rate_signals(rates, signals, trials))
    reported = {(signal.cause, location) for signal in signals for location in signal.fields}
    reported |= {((), location) for _, location in reported}
    undecided = [
        item
        for item in _list_inconclusive(analysis, alpha)
        if (item.cause, item.location) not in reported
    ]
    facts, not_measured = _check_factors(rows, scope)
    people = build_population(facts)
    forbidden = frozenset(map(frozenset, find_forbidden_pairs(scope.levels)))
    signals = tuple(
        msgspec.structs.replace(
            add_missing_levels(add_rules(signal), scope.levels, forbidden),
            bits=round(compute_bits(signal, people), 3),
        )
        for signal in signals
    )
    if skipped:
        not_measured.append(
            NotMeasured(
                f"{skipped} planned trial{'' if skipped == 1 else 's'}",
                "the limit on trials or time was reached; effects that need them stay unseen",
            )
        )
    not_measured += list_trials_that_do_not_count(rows, control)
    if unmeasured is None and all(row.broken for row in rows):
        unmeasured = "the client did not run as it normally does in any trial"
    verdict = decide_verdict(
        signals,
        unmeasured=unmeasured,
        is_open=bool(undecided or skipped or not coverage.is_complete),
        is_tried=any(fact.measured for fact in facts),
    )
    return Conclusion(
        factors=facts,
        signals=signals,
        noise=tuple(dict.fromkeys(Noise(item.location, item.why) for item in analysis.noise)),
        inconclusive=tuple(undecided),
        not_measured=tuple(not_measured),
        calibration=_calibrate(rows, control, len(analysis.effects), alpha, seed),
        verdict=verdict,
        coverage=coverage,
        bits=compute_joint_bits([signal for signal in signals if signal.kind != "route"], people),
        unmeasured=unmeasured,
        usual=list_usual_messages(rows, control),
    )


def _check_factors(
    rows: Sequence[Row], scope: Scope
) -> tuple[tuple[FactorFacts, ...], list[NotMeasured]]:
    """Return the factors as they were really tried, and the levels that were not."""
    facts = []
    missing = []
    for fact in scope.facts:
        tried = {row.environment[fact.name] for row in rows if not row.broken}
        untried = [text for text in fact.levels if text not in tried]
        if fact.levels and fact.measured and len(untried) == len(fact.levels):
            why = "no trial with any of its levels ran to its end"
            fact = msgspec.structs.replace(fact, measured=False, why_not=why)
            missing.append(NotMeasured(f"factor {fact.name}", why))
        elif fact.measured and untried:
            names = ", ".join(untried)
            why = "no trial with it ran to its end"
            missing.append(NotMeasured(f"{fact.name} at {names}", why))
        facts.append(fact)
    return tuple(facts), missing


def _list_inconclusive(analysis: Analysis, alpha: float) -> Iterable[Inconclusive]:
    found: dict[tuple[object, ...], Inconclusive] = {}
    needed = replicates_needed(len(analysis.effects), alpha)
    for effect in analysis.effects:
        if effect.p_adjusted <= alpha:
            continue
        location = effect.group.columns[0].location
        if effect.shift is not None:
            missing = next_look_size(effect.looks, effect.p_value, effect.p_adjusted, alpha)
            close = effect.p_value <= alpha
            if missing or close:
                why = f"the rate of “{effect.shift.description}” seems to differ"
                trials = missing or 2 * effect.replicates
                found[effect.cause, location] = Inconclusive(location, effect.cause, why, trials)
        elif effect.replicates < needed:
            why = "seen, but the limit on trials or time left too few to confirm it"
            missing = _count_missing(effect, needed)
            found[effect.cause, location] = Inconclusive(location, effect.cause, why, missing)
        elif effect.p_value < _NO_DIFFERENCE:
            why = f"differs in some trials and not in others (p = {effect.p_value:.3g})"
            found[effect.cause, location] = Inconclusive(location, effect.cause, why, 4 * needed)
    for group in analysis.unexplained:
        location = group.columns[0].location
        why = "differs in some trials, and what of them it depends on is open"
        found[(), location] = Inconclusive(location, (), why)
    return found.values()


def _count_missing(effect: Effect, needed: int) -> int:
    return 2 * (needed - effect.replicates)


def _calibrate(
    rows: Sequence[Row], control: Environment, hypotheses: int, alpha: float, seed: int
) -> Calibration:
    """Return the share of null hypotheses that the confirmation test would call signals.

    A null hypothesis divides the replicates of the control environment in two at random; any
    difference between the halves is noise.  The raw values are tested, with their noise, at the
    threshold that confirmation used.
    """
    replicates = [row for row in rows if row.environment == control and not row.broken]
    locations = sorted({location for row in replicates for location in row.features}, key=str)
    values = {
        location: [row.features.get(location, ()) for row in replicates] for location in locations
    }
    varying = [location for location in locations if len(set(values[location])) > 1][
        :_MAX_LOCATIONS
    ]
    half = len(replicates) // 2
    if half < 2:
        return Calibration(len(replicates), None)
    side = min(half, replicates_needed(hypotheses, alpha))
    threshold = max(strictest_threshold(hypotheses, alpha), smallest_p_value(side))
    chance = random.Random(f"calibration {seed}")
    called = tested = 0
    for _ in range(_SPLITS):
        order = chance.sample(range(len(replicates)), 2 * side)
        tested += len(locations)
        for location in varying:
            left = [values[location][index] for index in order[:side]]
            right = [values[location][index] for index in order[side:]]
            called += permutation_p_value(left, right) <= threshold
    return Calibration(len(replicates), round(called / tested, 6) if tested else None)
