"""Corrections for many tests, and the number of replicates that they require."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.experiment.confirm import multiple_testing
from lab.experiment.confirm.multiple_testing import (
    CORRECTION,
    CORRECTIONS,
    LOOKS,
    adjust_p_values,
    holm,
    replicates_needed,
    strictest_threshold,
)
from lab.experiment.confirm.permutation import smallest_p_value
from tests.experiment.model import Levels, request, run_audit

p_value_lists = st.lists(st.floats(0, 1), max_size=8)


@pytest.mark.parametrize("name", sorted(CORRECTIONS))
@given(p_values=p_value_lists, tested=st.integers(0, 20))
def test_a_correction_never_lowers_a_p_value_nor_changes_their_order(name, p_values, tested):
    adjusted = CORRECTIONS[name](p_values, tested)
    assert all(a >= p for a, p in zip(adjusted, p_values, strict=True))
    assert all(a <= 1 for a in adjusted)
    order = sorted(range(len(p_values)), key=p_values.__getitem__)
    assert [adjusted[i] for i in order] == sorted(adjusted)


@pytest.mark.parametrize("name", sorted(CORRECTIONS))
@given(p_value=st.floats(0, 1), tested=st.integers(1, 50), alpha=st.sampled_from([0.05, 0.01]))
def test_the_strictest_threshold_is_significant_after_any_correction(name, p_value, tested, alpha):
    if p_value <= strictest_threshold(tested, alpha):
        (adjusted,) = CORRECTIONS[name]([min(1.0, p_value * LOOKS)], tested)
        assert adjusted <= alpha * (1 + 1e-9)


def test_holm_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.01], tested=10) == pytest.approx([0.1])


@given(st.integers(1, 500), st.sampled_from([0.05, 0.01]))
def test_enough_replicates_survive_the_correction(hypotheses, alpha):
    needed = replicates_needed(hypotheses, alpha)
    assert smallest_p_value(needed) * LOOKS * hypotheses <= alpha / 2
    assert needed == 4 or smallest_p_value(needed - 1) * LOOKS * hypotheses > alpha / 2


def test_audits_use_holm():
    assert CORRECTION == "holm"
    assert adjust_p_values([0.01, 0.04, 0.03], 5) == holm([0.01, 0.04, 0.03], 5)


def test_an_audit_uses_and_records_the_chosen_correction(tmp_path, monkeypatch):
    def behaves(levels: Levels, _: object):
        return [request({"zone": levels["timezone"]})]

    report = run_audit(behaves, tmp_path / "holm", factors=("timezone", "hostname"))
    assert report.correction == "holm"
    assert report.signals

    corrections = {**CORRECTIONS, "never": lambda p_values, tested: [1.0] * len(p_values)}
    monkeypatch.setattr(multiple_testing, "CORRECTIONS", corrections)
    monkeypatch.setattr(multiple_testing, "CORRECTION", "never")
    report = run_audit(behaves, tmp_path / "never", factors=("timezone", "hostname"))
    assert report.signals == ()
