import sys
from types import SimpleNamespace

import msgspec
import pytest

from lab.clients.profile import Client, Profile
from lab.errors import ClientError, MachineError
from lab.experiment.events import AuditFinished, AuditStarted
from tests.reports.examples import COPIED, EMPTY, FULL, ROUTE

pytest_plugins = ["pytester"]

CLIENT = Client(Profile("probe", ("/bin/true",)), "1.0", "0" * 64, "npm", ("/bin/true",), ())

SCENARIO = """
def test_zone(lab_audit):
    lab_audit.fail_on_covert(lab_audit("timezone"))

def test_zone_again(lab_audit):
    lab_audit.fail_on_covert(lab_audit("timezone"))

def test_all(lab_audit):
    lab_audit.fail_on_covert(lab_audit(*lab_audit.factors))
"""


class Engine:
    """Stands in for the engine, and counts."""

    def __init__(self) -> None:
        self.report = EMPTY
        self.raises: Exception | None = None
        self.asked = []

    def audit(self, client, options):
        assert client is CLIENT
        self.asked.append(options)
        if self.raises is not None:
            raise self.raises
        yield AuditStarted(EMPTY.client, EMPTY.factors, 7, 2, 3, ".lab/audits/x")
        yield AuditFinished(self.report)


@pytest.fixture
def engine(monkeypatch):
    engine = Engine()
    monkeypatch.setitem(sys.modules, "lab.experiment.audit", SimpleNamespace(audit=engine.audit))
    monkeypatch.setattr("lab.clients.resolve.resolve", lambda words, cache, say: CLIENT)
    return engine


@pytest.fixture
def session(pytester, monkeypatch):
    """Runs the scenarios in a session of their own, with plain output."""
    monkeypatch.setenv("NO_COLOR", "1")
    pytester.makepyfile(SCENARIO)

    def run(*words):
        return pytester.runpytest_inprocess("-p", "lab.plugin", "-rs", *words)

    return run


def test_without_a_client_the_scenarios_say_how_to_give_one(engine, session):
    result = session()
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["*no client given: add --lab-client*"])
    assert not engine.asked
    assert "fingerprint lab" not in result.stdout.str()


def test_the_same_question_is_one_audit(engine, session, tmp_path):
    result = session(
        "--lab-client=probe",
        "--lab-factors=timezone, endpoint",
        "--lab-seed=5",
        "--lab-max-time=60",
        f"--lab-out={tmp_path}",
        "--lab-resume",
    )
    result.assert_outcomes(passed=3)
    assert [options.factors for options in engine.asked] == [
        ("timezone",),
        ("endpoint", "timezone"),
    ]
    assert [options.out for options in engine.asked] == [
        tmp_path / "timezone",
        tmp_path / "endpoint-timezone",
    ]
    assert {(options.seed, options.max_time) for options in engine.asked} == {(5, 60.0)}
    assert all(options.resume for options in engine.asked)
    result.stdout.fnmatch_lines(["probe@1.0, timezone: no signal in what was tried"])


def test_all_factors_are_the_default_of_the_combinations(engine, session):
    session("--lab-client=probe").assert_outcomes(passed=3)
    assert engine.asked[-1].factors is None


def test_a_covert_signal_fails_with_all_that_is_needed_to_see_it(engine, session):
    engine.report = FULL
    result = session("--lab-client=probe")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*1 covert signal in what the client sends:",
            "*COVERT  endpoint × timezone*",
            "*Today’s date is 2026/11/20*",
            "*U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK*",
            "*lab run probe@1.0 --set endpoint=https://llm.example.net*",
        ]
    )
    assert "Traceback" not in result.stdout.str()


def test_the_summary_tells_every_signal_covert_first_and_the_folder(engine, session):
    engine.report = FULL
    lines = session("--lab-client=probe", "-k", "test_zone_again").stdout.lines
    start = lines.index("probe@1.0, timezone: 3 signals, 1 of them covert")
    shown = lines[start + 1 : start + 6]
    assert [" ".join(line.split()[:4]) for line in shown] == [
        "COVERT endpoint × timezone",
        "hostname encoded POST telemetry.example.com/v1/events",
        "locale presence dns fonts.example.com",
        "endpoint route POST api.example.com/v1/messages",
        "in .lab/audits/20261120-probe",
    ]


def test_the_summary_tells_what_looked_wrong_about_the_client(engine, session):
    engine.report = msgspec.structs.replace(EMPTY, warnings=("it exits with 3: \x1b",))
    lines = session("--lab-client=probe", "-k", "test_zone_again").stdout.lines
    assert "  warning: it exits with 3: ⟨U+001B ESCAPE⟩" in lines


def test_visible_signals_are_reported_and_pass(engine, session):
    engine.report = msgspec.structs.replace(FULL, signals=(COPIED, ROUTE))
    result = session("--lab-client=probe")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["*hostname  encoded*"])


def test_what_the_machine_lacks_skips_and_names_it(engine, session):
    engine.raises = MachineError("bubblewrap is missing; apt install bubblewrap")
    result = session("--lab-client=probe")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["*bubblewrap is missing; apt install bubblewrap"])
    assert len(engine.asked) == 2


def test_a_client_that_cannot_be_run_fails_in_one_line(engine, session):
    engine.raises = ClientError("probe: its package holds no program")
    result = session("--lab-client=probe")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["probe: its package holds no program"])


@pytest.mark.parametrize("verdict", ["inconclusive", "not measured"])
def test_what_stayed_open_is_never_passed(engine, session, verdict):
    engine.report = msgspec.structs.replace(EMPTY, verdict=verdict)
    result = session("--lab-client=probe")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines([f"SKIPPED*{verdict}*"])


def test_sessions_that_ask_nothing_import_nothing_of_the_lab(pytester):
    pytester.makepyfile(
        """
        import sys
        def test_ordinary():
            assert not {n for n in sys.modules if n.startswith("lab.")} - {"lab.plugin"}
        """
    )
    result = pytester.runpytest_subprocess("-p", "lab.plugin")
    result.assert_outcomes(passed=1)


@pytest.mark.parametrize("scenario", ["timezone", "combinations"])
def test_the_scenarios_of_the_repository_ask_the_engine(engine, pytester, pytestconfig, scenario):
    pytester.makepyfile((pytestconfig.rootpath / f"scenarios/test_{scenario}.py").read_text())
    result = pytester.runpytest_inprocess("-p", "lab.plugin", "--lab-client=probe")
    result.assert_outcomes(passed=1)
    assert [options.factors for options in engine.asked] == [
        ("timezone",) if scenario == "timezone" else None
    ]
