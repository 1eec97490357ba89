"""Several processes (pytest-xdist): the same signals, no trial twice, one report."""

from collections import Counter

import pytest

from lab.findings.report_json import decode
from tests.pytest_plugin.stand_in import RAN, SECONDS

pytest_plugins = ["pytester"]

SCENARIO = """
import pytest

def test_zone(lab_audit):
    lab_audit.fail_on_covert(lab_audit("timezone"))

def test_zone_again(lab_audit):
    lab_audit.fail_on_covert(lab_audit("timezone"))

def test_language(lab_audit):
    lab_audit.fail_on_covert(lab_audit("locale"))

def test_name(lab_audit):
    lab_audit.fail_on_covert(lab_audit("hostname"))

@pytest.mark.lab_long
def test_two(lab_audit):
    assert len(lab_audit("timezone", "hostname", together=False).signals) == 2

def test_seen(lab_observe):
    assert lab_observe(times=3).beyond_the_model == {"other.example"}
"""


@pytest.fixture
def session(pytester, pytestconfig, monkeypatch, tmp_path):
    """Runs the scenarios in processes of their own, on a model of a client."""
    monkeypatch.setenv("PYTHONPATH", str(pytestconfig.rootpath))
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PY_COLORS", "0")
    pytester.makepyfile(SCENARIO)

    def run(name, *words, seconds=0.0):
        monkeypatch.setenv(RAN, str(tmp_path / f"{name}.ran"))
        monkeypatch.setenv(SECONDS, str(seconds))
        plugins = ("-p", "lab.plugin", "-p", "tests.pytest_plugin.stand_in")
        result = pytester.runpytest_subprocess(
            *plugins, "--lab-client=model", f"--lab-out={tmp_path / name}", *words
        )
        ran = Counter((tmp_path / f"{name}.ran").read_text().splitlines())
        return result, decode((tmp_path / name / "report.json").read_bytes()), ran

    return run


def shared(ran):
    """How often each trial ran that is not there to confirm."""
    return {trial: times for trial, times in ran.items() if int(trial.split()[1]) < 1000}


def test_two_processes_find_what_one_finds_and_run_no_trial_twice(session, tmp_path):
    alone, one, ran_alone = session("one")
    both, two, ran_both = session("two", "-n2", seconds=0.002)
    for result in (alone, both):
        result.assert_outcomes(passed=4, failed=2)
        assert result.stdout.str().count("COVERT  timezone") >= 2
        assert len([line for line in result.outlines if line.startswith("COVERT  timezone")]) == 1
    facts = [
        [(s.id, s.cause, s.kind, s.covert, s.pair.differences) for s in report.signals]
        for report in (one, two)
    ]
    assert facts[0] == facts[1]
    assert {signal.cause for signal in one.signals} == {("timezone",), ("hostname",)}
    for ran in (ran_alone, ran_both):
        assert set(shared(ran).values()) == {1}
    assert shared(ran_alone).keys() == shared(ran_both).keys()
    folders = sorted(path.name for path in (tmp_path / "two").iterdir() if path.is_dir())
    assert folders == [
        "hostname",
        "hostname-timezone-each",
        "locale",
        "observed",
        "timezone",
        "trials",
    ]


def test_a_session_that_was_killed_goes_on_where_it_was(session):
    _, whole, ran = session("one", "-n2")
    again, resumed, ran_again = session("one", "--lab-resume")
    again.assert_outcomes(passed=4, failed=2)
    assert ran_again == ran  # nothing ran any more
    assert [signal.id for signal in resumed.signals] == [signal.id for signal in whole.signals]


def test_the_controller_runs_nothing_itself(session):
    result, _, _ = session("one", "-n1", "-k", "language", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["lab: client model, *seed 0", "*gw0*PASSED*"])
