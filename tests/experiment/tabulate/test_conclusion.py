"""The verdict of an audit, what is inconclusive or not measured, and the calibration."""

from __future__ import annotations

import msgspec

from lab.experiment.analysis import Analysis
from lab.experiment.columns.column import Column, NoisyLocation
from lab.experiment.confirm.multiple_testing import replicates_needed
from lab.experiment.scope import Scope
from lab.experiment.tabulate.conclusion import conclude
from lab.factors.host_spec import Endpoint
from lab.findings.report import Coverage, FactorFacts
from tests.experiment.tabulate.build import BODY, CONTROL, Study

TOKYO = {"timezone": "Asia/Tokyo"}
ALPHA = 0.05
STUDY = Study(*[({}, {BODY: ("a",)})] * 4, *[(TOKYO, {BODY: ("b",)})] * 4)
EFFECT = STUDY.effect(Column(BODY, "exact", ("a",) * 4 + ("b",) * 4), levels=TOKYO)
CONFIRMED = EFFECT.with_test(0.001, 8)
CONFIRMED = msgspec.structs.replace(CONFIRMED, p_adjusted=0.002)
NEEDED = replicates_needed(1, ALPHA)


def facts(*, measured=True):
    return FactorFacts("timezone", "UTC", ("Asia/Tokyo",), measured)


def concluded(*effects, study=STUDY, noise=(), fact=None, **options):
    scope = Scope(
        {name: (level,) for name, level in CONTROL.levels},
        (fact or facts(),),
        (),
        Endpoint(None, None, None),
        frozenset(),
    )
    analysis = Analysis(tuple(effects), tuple(noise), (), {}, options.pop("unexplained", ()))
    chosen = {"skipped": 0, "unmeasured": None, "alpha": ALPHA, "seed": 1, **options}
    chosen.setdefault("coverage", Coverage(1, 2, 2))
    return conclude(analysis, study.rows, CONTROL, scope=scope, **chosen)


def test_a_confirmed_effect_is_a_signal():
    found = concluded(CONFIRMED)
    assert found.verdict == "signal"
    (signal,) = found.signals
    assert (signal.cause, signal.location, signal.p_adjusted) == (("timezone",), BODY, 0.002)
    assert signal.bits > 0
    assert found.inconclusive == ()


def test_no_effect_is_no_signal():
    assert concluded().verdict == "no signal"


def test_without_all_combinations_nothing_is_ruled_out():
    found = concluded(coverage=Coverage(2, 12, 11))
    assert found.verdict == "inconclusive"
    assert found.coverage.run == 11
    assert concluded(CONFIRMED, coverage=Coverage(2, 12, 11)).verdict == "signal"


def test_an_effect_with_too_few_replicates_is_inconclusive():
    found = concluded(EFFECT.with_test(0.3, 1))
    assert found.verdict == "inconclusive"
    (one,) = found.inconclusive
    assert (one.cause, one.location) == (("timezone",), BODY)
    assert one.trials_needed == 2 * (NEEDED - 1)


def test_an_effect_in_some_trials_is_inconclusive_and_one_in_none_is_not():
    assert concluded(EFFECT.with_test(0.2, NEEDED)).verdict == "inconclusive"
    assert concluded(EFFECT.with_test(0.9, NEEDED)).verdict == "no signal"


def test_what_no_cause_explains_is_inconclusive_unless_a_signal_has_its_location():
    unexplained = (EFFECT.group,)
    (one,) = concluded(unexplained=unexplained).inconclusive
    assert (one.cause, one.location) == ((), BODY)
    assert concluded(CONFIRMED, unexplained=unexplained).inconclusive == ()


def test_a_client_that_failed_or_trials_that_broke_are_no_negative_result():
    assert concluded(unmeasured="it sent nothing").verdict == "not measured"
    broken = Study(*[({}, {BODY: ("a",)})] * 2)
    broken.rows = [msgspec.structs.replace(row, broken=True) for row in broken.rows]
    found = concluded(study=broken)
    assert found.verdict == "not measured"
    assert "what 2 of 2 trials would have sent" in {one.what for one in found.not_measured}


def test_trials_that_a_limit_left_out_make_it_inconclusive():
    found = concluded(skipped=3)
    assert found.verdict == "inconclusive"
    assert [one.what for one in found.not_measured] == ["3 planned trials"]


def test_a_factor_none_of_whose_levels_ran_is_not_measured():
    found = concluded(study=Study(*[({}, {BODY: ("a",)})] * 2))
    assert not found.factors[0].measured
    assert [one.what for one in found.not_measured] == ["factor timezone"]
    assert found.verdict == "not measured"


def test_a_level_that_did_not_run_is_named():
    fact = FactorFacts("timezone", "UTC", ("Asia/Tokyo", "Europe/Paris"), True)
    found = concluded(fact=fact)
    assert found.factors == (fact,)
    assert [one.what for one in found.not_measured] == ["timezone at Europe/Paris"]


def test_noise_is_listed_once():
    noise = [NoisyLocation(BODY, "the text varies")] * 2
    assert [(one.location, one.why) for one in concluded(noise=noise).noise] == [
        (BODY, "the text varies")
    ]


def test_the_calibration_counts_the_replicates_of_the_control():
    found = concluded().calibration
    assert (found.replicates, found.false_positive_rate) == (4, 0.0)
    few = Study(({}, {BODY: ("a",)}), (TOKYO, {BODY: ("b",)}))
    assert concluded(study=few).calibration.false_positive_rate is None


def test_noise_that_separates_halves_counts_as_false_positive():
    values = "aaaabbbb"
    noisy = Study(*(({}, {BODY: (value,)}) for value in values))
    loose = concluded(study=noisy, alpha=1.0).calibration
    assert loose.false_positive_rate is not None
    assert loose.false_positive_rate > 0
    strict = concluded(study=noisy, alpha=1e-9).calibration
    assert strict.false_positive_rate is not None
    assert strict.false_positive_rate < loose.false_positive_rate
