"""The report of an audit, and its files."""

from __future__ import annotations

import json

from lab.experiment.confirm.multiple_testing import CORRECTION
from lab.findings.report_json import decode
from tests.experiment.model import Levels, request, run_audit


def behaves(levels: Levels, _: object):
    return [request({"zone": levels["timezone"]})]


def test_the_report_has_the_options_the_totals_and_the_correction(tmp_path):
    report = run_audit(behaves, tmp_path, factors=("timezone", "hostname"), seed=7, max_trials=20)
    assert (report.seed, report.alpha, report.strength) == (7, 0.05, 2)
    assert 0 < report.trials <= 20
    assert report.hosts == ("api.model.example",)
    assert report.correction == CORRECTION
    assert report.client.name == "model"


def test_report_and_environments_are_written_beside_the_trials(tmp_path):
    report = run_audit(behaves, tmp_path, factors=("timezone", "hostname"), max_trials=20)
    assert decode((tmp_path / "report.json").read_bytes()) == report
    environments = json.loads((tmp_path / "environments.json").read_text())
    for signal in report.signals:
        pair = signal.pair
        left, right = environments[pair.left], environments[pair.right]
        assert left[pair.factor] == pair.left_level
        assert right[pair.factor] == pair.right_level
        assert {n for n in left if left[n] != right[n]} == {pair.factor}
