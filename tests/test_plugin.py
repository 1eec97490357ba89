"""The plugin as pytest sees it; what the lab does behind it is tested in tests/pytest_plugin."""

import subprocess
import sys
import tomllib
from contextlib import nullcontext

import msgspec
import pytest
from hypothesis import settings

import lab.pytest_plugin.trial_resources
import lab.reports.terminal.audit
import lab.reports.terminal.progress
import lab.reports.terminal.signal  # all of rich, before a session imports some of it
import lab.testing.comparison
from lab.clients.profile import Client, Profile
from lab.errors import ClientError, MachineError
from lab.experiment.events import AuditFinished, AuditStarted
from lab.findings.report import FactorFacts, NotMeasured
from lab.findings.report_json import decode, encode
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
        self.lacks: Exception | None = None
        self.asked = []
        self.opened = []

    def require(self):
        if self.lacks is not None:
            raise self.lacks

    def laboratory(self, client, **options):
        self.opened.append(options)
        return nullcontext()

    def conduct(self, client, options, chosen, store, laboratory):
        assert client is CLIENT
        self.asked.append(options)
        if self.raises is not None:
            raise self.raises
        report = msgspec.structs.replace(self.report, audit=str(store.folder))
        (store.folder / "report.json").write_bytes(encode(report))
        yield AuditStarted(EMPTY.client, EMPTY.factors, 7, 2, 3, str(store.folder))
        yield AuditFinished(report)


@pytest.fixture(autouse=True)
def _hypothesis_as_it_was():
    """A session about a client changes Hypothesis' profiles, and these are in this process."""
    name, ci = settings.get_current_profile_name(), settings.get_profile("ci")
    yield
    settings.register_profile("ci", ci)
    settings.load_profile(name)


@pytest.fixture
def engine(monkeypatch):
    engine = Engine()
    monkeypatch.setattr("lab.experiment.audit.run_engine", engine.conduct)
    monkeypatch.setattr("lab.pytest_plugin.trial_resources.require_all", engine.require)
    monkeypatch.setattr(
        "lab.pytest_plugin.trial_resources.resolve", lambda words, cache, say: CLIENT
    )
    monkeypatch.setattr("lab.pytest_plugin.trial_resources.Sandbox", engine.laboratory)
    monkeypatch.setattr("lab.experiment.scope.build_scope", lambda client, options: None)
    monkeypatch.setattr("lab.sandbox.requirements.check_requirements", lambda: ())
    return engine


@pytest.fixture
def session(pytester, monkeypatch):
    """Runs the scenarios in a session of their own, with plain output."""
    monkeypatch.setenv("NO_COLOR", "1")
    pytester.makepyfile(SCENARIO)

    def run(*words):
        return pytester.runpytest_inprocess("-p", "lab.plugin", "-rs", *words)

    return run


def test_it_is_an_entry_point_named_like_its_module(pytestconfig):
    document = tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text())
    assert document["project"]["entry-points"]["pytest11"] == {"lab.plugin": "lab.plugin"}
    plugin = pytestconfig.pluginmanager.get_plugin("lab.plugin")
    assert plugin is sys.modules["lab.plugin"]


def test_named_twice_it_is_loaded_once(pytester):
    pytester.makeconftest('pytest_plugins = ["lab.plugin"]')
    pytester.makepyfile("def test_ordinary(): pass")
    pytester.runpytest_inprocess("-p", "lab.plugin").assert_outcomes(passed=1)


def test_sessions_that_ask_nothing_import_nothing_of_the_lab(pytester):
    pytester.makepyfile(
        """
        import sys
        def test_ordinary():
            loaded = {n for n in sys.modules if n.startswith("lab.")}
            assert loaded <= {"lab.plugin", "lab.version"}
        """
    )
    result = pytester.runpytest_subprocess("-p", "lab.plugin")
    result.assert_outcomes(passed=1)
    assert "lab:" not in result.stdout.str()


def test_loading_it_loads_nothing_but_itself():
    code = "import sys, pytest; before = set(sys.modules); import lab.plugin; "
    code += "print(sorted(set(sys.modules) - before))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "['lab', 'lab.plugin', 'lab.version']"


def test_without_a_client_the_scenarios_say_how_to_give_one(engine, session):
    result = session()
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["*no client given: add --lab-client*"])
    assert not engine.asked
    assert "fingerprint lab" not in result.stdout.str()


def test_the_same_question_is_one_audit(engine, session, tmp_path):
    result = session(
        "--lab-client=probe",
        "--lab-factors=timezone, hostname",
        "--lab-seed=5",
        "--lab-max-time=60",
        "--lab-jobs=3",
        f"--lab-out={tmp_path}/session",
    )
    result.assert_outcomes(passed=3)
    assert [options.factors for options in engine.asked] == [
        ("timezone",),
        ("hostname", "timezone"),
    ]
    assert {(options.seed, options.max_time) for options in engine.asked} == {(5, 60.0)}
    assert [options["jobs"] for options in engine.opened] == [3]
    assert sorted(path.name for path in (tmp_path / "session").iterdir() if path.is_dir()) == [
        "hostname-timezone",
        "timezone",
        "trials",
    ]
    result.stdout.fnmatch_lines(["  endpoint, timezone, clock: no signal in what was tried"] * 2)


def test_what_the_ini_file_says_holds_unless_the_command_line_says_otherwise(
    engine, session, pytester
):
    pytester.makeini(
        """
        [pytest]
        lab_client = probe
        lab_seed = 7
        lab_max_time = 30
        lab_factors = timezone
        lab_out = there
        lab_require = true
        """
    )
    result = session("-k", "test_all", "--lab-seed=8")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["lab: client probe, *seed 8"])
    (options,) = engine.asked
    assert (options.seed, options.max_time, options.factors) == (8, 30.0, ("timezone",))
    assert (pytester.path / "there" / "report.json").exists()


@pytest.mark.parametrize(
    ("option", "reported"),
    [
        ("--lab-seed=x", "--lab-seed takes a whole number from 0 to *, not 'x'"),
        ("--lab-max-time=-1", "--lab-max-time takes a number of seconds above 0, not '-1'"),
        ("--lab-jobs=0", "--lab-jobs takes a whole number from 1 to 64, not '0'"),
        ("--lab-client=-- agent 'x", '--lab-client "-- agent \'x" is no command: No closing*'),
        ("--lab-factors=timezone,hostnam", "*hostnam*hostname*"),
        ("--lab-baseline=no.json", "no.json: No such file*"),
        ("--lab-policy=no.toml", "no.toml: No such file*"),
    ],
)
def test_what_makes_no_sense_is_reported_before_any_test_runs(engine, session, option, reported):
    result = session("--lab-client=probe", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {reported}"])


def test_a_folder_is_used_twice_only_to_go_on(engine, session, tmp_path):
    words = ("--lab-client=probe", "-k", "test_all", f"--lab-out={tmp_path}/session")
    assert session(*words, "--lab-resume").ret == pytest.ExitCode.USAGE_ERROR
    assert session(*words).ret == 0
    assert session(*words).ret == pytest.ExitCode.USAGE_ERROR
    assert session(*words, "--lab-resume").ret == 0
    assert [options.resume for options in engine.asked] == [False, True]


def test_all_factors_are_the_default_of_the_combinations(engine, session):
    session("--lab-client=probe").assert_outcomes(passed=3)
    assert engine.asked[-1].factors is None


def test_the_cells_are_opened_once(engine, session):
    session("--lab-client=probe").assert_outcomes(passed=3)
    assert len(engine.opened) == 1


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


def test_the_summary_prints_every_signal_once_covert_first_with_its_commands(engine, session):
    engine.report = FULL
    lines = session("--lab-client=probe").stdout.lines
    start = lines.index("probe@1.0, seed 7")
    end = next(n for n, line in enumerate(lines) if line.startswith("report: "))
    shown = [line.split("  ")[0:2] for line in lines[start:end] if not line.startswith(" ")]
    assert [
        words for words in shown if words[0] in ("COVERT", "hostname", "locale", "endpoint")
    ] == [
        ["COVERT", "endpoint × timezone"],
        ["hostname", "encoded, sha256[:16]"],
        ["locale", "presence"],
        ["endpoint", "route"],
    ]
    repeats = [line.split()[0] for line in lines[start:end] if "lab run probe@1.0" in line]
    assert repeats == ["reproduce"] * 8


def test_the_summary_prints_what_looked_wrong_about_the_client(engine, session):
    engine.report = msgspec.structs.replace(EMPTY, warnings=("it exits with 3: \x1b",))
    lines = session("--lab-client=probe", "-k", "test_zone_again").stdout.lines
    assert "warning: it exits with 3: ⟨U+001B ESCAPE⟩" in lines


def test_one_report_has_all_questions(engine, session, pytester):
    engine.report = FULL
    session("--lab-client=probe", "--lab-out=there")
    report = decode((pytester.path / "there" / "report.json").read_bytes())
    assert sorted(signal.id for signal in report.signals) == sorted(s.id for s in FULL.signals)
    assert report.trials == 2 * FULL.trials
    assert report.verdict == "signal"


def test_visible_signals_are_reported_and_pass(engine, session):
    engine.report = msgspec.structs.replace(FULL, signals=(COPIED, ROUTE), inconclusive=())
    result = session("--lab-client=probe")
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["hostname  encoded*"])


def test_what_stayed_open_beside_visible_signals_is_never_passed(engine, session, tmp_path):
    visible = msgspec.structs.replace(FULL, signals=(COPIED, ROUTE))
    engine.report = visible
    result = session("--lab-client=probe")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(
        ["SKIPPED*stayed open: proxy: tls cdn.example.com: too noisy to decide"]
    )

    # What a baseline has as open as now, or a policy of other questions names, is no doubt.
    file, policy = tmp_path / "accepted.json", tmp_path / "policy.toml"
    file.write_bytes(encode(FULL))
    policy.write_text(
        'schema = "fingerprint-lab/policy/1"\n[[forbidden]]\ncause = "git"\nreason = "private"\n'
    )
    words = ("--lab-client=probe", f"--lab-baseline={file}", f"--lab-policy={policy}")
    session(*words).assert_outcomes(passed=3)

    left_out = NotMeasured("12 planned trials", "the limit on trials or time was reached")
    engine.report = msgspec.structs.replace(visible, inconclusive=(), not_measured=(left_out,))
    result = session("--lab-client=probe")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["SKIPPED*stayed open: 12 planned trials: the limit on*"])


def test_what_the_machine_lacks_skips_and_names_it(engine, session):
    engine.lacks = MachineError("bubblewrap is missing; apt install bubblewrap")
    result = session("--lab-client=probe")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines(["*bubblewrap is missing; apt install bubblewrap"])
    assert not engine.asked


def test_what_is_required_fails_where_it_would_be_skipped(engine, session):
    engine.lacks = MachineError("bubblewrap is missing; apt install bubblewrap")
    result = session("--lab-client=probe", "--lab-require")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["bubblewrap is missing; apt install bubblewrap (--lab-require)"])
    session("--lab-require").assert_outcomes(failed=3)


def test_a_client_that_cannot_be_run_fails_in_one_line(engine, session):
    engine.raises = ClientError("probe: its package holds no program")
    result = session("--lab-client=probe")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(["probe: its package holds no program"])


def test_who_expects_a_finding_does_not_take_for_one_what_could_not_be_done(engine, pytester):
    pytester.makepyfile(
        """
        import pytest
        from lab.pytest_plugin.audit_fixture import SignalFound

        @pytest.mark.xfail(raises=SignalFound)
        def test_planted(lab_audit):
            lab_audit.fail_on_covert(lab_audit("timezone"))
        """
    )

    def run(*words):
        return pytester.runpytest_inprocess("-p", "lab.plugin", "--lab-client=probe", *words)

    engine.report = FULL
    run().assert_outcomes(xfailed=1)
    engine.report = msgspec.structs.replace(EMPTY, verdict="inconclusive")
    run("--lab-require").assert_outcomes(failed=1)
    engine.raises = ClientError("probe: its package holds no program")
    run().assert_outcomes(failed=1)


@pytest.mark.parametrize("verdict", ["inconclusive", "not measured"])
def test_what_stayed_open_is_never_passed(engine, session, verdict):
    engine.report = msgspec.structs.replace(EMPTY, verdict=verdict)
    result = session("--lab-client=probe")
    result.assert_outcomes(skipped=3)
    result.stdout.fnmatch_lines([f"SKIPPED*{verdict}*"])


@pytest.mark.parametrize("signals", [(), (COPIED,)])
def test_where_nothing_was_measured_a_test_fails_with_the_reason(engine, pytester, signals):
    verdict = "signal" if signals else "not measured"
    engine.report = msgspec.structs.replace(
        EMPTY, signals=signals, verdict=verdict, unmeasured="the client sent nothing"
    )
    pytester.makepyfile(
        """
        def test_report_alone(lab_audit):
            assert all(not signal.covert for signal in lab_audit("timezone").signals)

        def test_judged(lab_audit):
            lab_audit.fail_on_covert(lab_audit("timezone"))
        """
    )
    result = pytester.runpytest("--lab-client", "probe")
    result.assert_outcomes(failed=2 - len(signals), passed=len(signals))
    result.stdout.fnmatch_lines(["*not measured: the client sent nothing*"])


def test_a_factor_that_does_not_reach_the_client_skips_with_the_reason(engine, pytester):
    pytester.makepyfile(
        """
        import pytest

        def test_alone(lab_audit):
            lab_audit("optout")

        def test_among_others(lab_audit):
            lab_audit("optout", "timezone")

        @pytest.mark.lab_needs("timezone", "optout")
        def test_marked():
            pass
        """
    )
    result = pytester.runpytest_inprocess("-p", "lab.plugin", "-rs", "--lab-client=probe")
    result.assert_outcomes(passed=1, skipped=2)
    why = "no level of it changes anything for this client's profile"
    result.stdout.fnmatch_lines([f"SKIPPED * test_*.py:*: factor optout: {why}"] * 2)


def test_what_was_not_measured_is_reported_at_the_end(engine, session):
    engine.report = msgspec.structs.replace(
        EMPTY, not_measured=(NotMeasured("factor clock", "it does not reach the client"),)
    )
    lines = session("--lab-client=probe", "-k", "test_all").stdout.lines
    assert "not measured: factor clock: it does not reach the client" in lines


def test_junit_files_say_of_each_test_what_it_was_about(engine, session, pytester):
    engine.report = FULL
    session("--lab-client=probe", "-k", "test_all", "--lab-out=there", "--junitxml=junit.xml")
    text = (pytester.path / "junit.xml").read_text()
    for name, value in (
        ("lab_client", "probe@1.0"),
        ("lab_seed", "7"),
        ("lab_audit", "there/all"),
        ("lab_signal", FULL.signals[0].id),
    ):
        assert f'<property name="{name}" value="{value}"' in text


def test_a_baseline_accepts_what_it_has_and_nothing_new(engine, session, tmp_path):
    file = tmp_path / "accepted.json"
    file.write_bytes(encode(FULL))
    engine.report = FULL
    words = ("--lab-client=probe", "-k", "test_all", f"--lab-baseline={file}")
    result = session(*words)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["COVERT  endpoint × timezone*accepted"])
    assert "lab run" not in result.stdout.str()

    file.write_bytes(encode(msgspec.structs.replace(FULL, signals=(ROUTE,))))
    result = session(*words)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["3 forbidden or new signals in what the client sends:"])

    file.write_bytes(encode(FULL))
    engine.report = EMPTY
    result = session(*words)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["gone since the baseline: *"])


def test_a_policy_allows_and_forbids(engine, session, tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(
        """
        schema = "fingerprint-lab/policy/1"
        [[allowed]]
        cause = ["endpoint", "timezone"]
        covert = true
        reason = "an example"
        [[forbidden]]
        cause = ["hostname"]
        reason = "nobody is to know it"
        """
    )
    engine.report = FULL
    result = session("--lab-client=probe", "-k", "test_all", f"--lab-policy={file}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "1 forbidden or new signal in what the client sends:",
            "COVERT  endpoint × timezone*allowed (line 3 of the policy)",
            "hostname  encoded*forbidden (line 7 of the policy)",
        ]
    )


def test_markers_are_registered_and_choose(engine, session, pytester):
    pytester.makepyfile(test_other="def test_other(): pass")
    words = ("--lab-client=probe", "--strict-markers", "--strict-config")
    session(*words, "-m", "lab").assert_outcomes(passed=3, deselected=1)
    session(*words, "-m", "not lab").assert_outcomes(passed=1, deselected=3)


def test_failed_tests_can_be_run_again_alone_and_the_first_can_end_it(engine, session):
    engine.report = FULL
    words = ("--lab-client=probe", "--durations=3")
    session(*words, "-x", "-k", "zone").assert_outcomes(failed=1, deselected=1)
    session(*words, "--lf").assert_outcomes(failed=1)


def test_a_test_that_fails_has_what_a_comparison_reported_in_its_report(pytester):
    pytester.makepyfile(
        """
        from lab.testing import failure_note

        def test_silent():
            failure_note.record_note("of another test")

        def test_reported():
            failure_note.record_note("the whole story")
            assert False

        def test_of_nothing():
            assert False
        """
    )
    result = pytester.runpytest_inprocess("-p", "lab.plugin")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*- fingerprint lab -*", "the whole story"])
    assert result.stdout.str().count("fingerprint lab") == 1
    assert "of another test" not in result.stdout.str()


def test_what_cannot_be_reported_ends_no_session(pytester):
    pytester.makepyfile(
        """
        from lab.testing import failure_note

        class Story:
            def __str__(self):
                raise OSError("no space left")

        def test_reported():
            failure_note.record_note(Story())
            assert False

        def test_after():
            pass
        """
    )
    result = pytester.runpytest_inprocess("-p", "lab.plugin")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["no explanation: OSError: no space left"])


OBSERVING = """
import lab

def test_zones():
    here, there = (lab.control(timezone=zone) for zone in ("UTC", "Asia/Shanghai"))
    assert lab.observe(here).indistinguishable_from(lab.observe(there))

def test_editors():
    here, there = (lab.control(ci=level) for level in ("none", "jenkins"))
    assert lab.observe(here).indistinguishable_from(lab.observe(there))
"""


@pytest.fixture
def stand_in(monkeypatch):
    """A model of a client in the place of cells."""
    for name in ("require_all", "resolve", "Sandbox"):
        monkeypatch.setattr(
            f"lab.pytest_plugin.trial_resources.{name}",
            getattr(lab.pytest_plugin.trial_resources, name),
        )
    monkeypatch.setattr("lab.sandbox.requirements.check_requirements", lambda: ())


def test_what_a_test_observes_is_the_client_of_the_session(pytester, stand_in, tmp_path):
    pytester.makepyfile(OBSERVING)
    result = pytester.runpytest_inprocess(
        "-p", "tests.pytest_plugin.stand_in", "-p", "lab.plugin", "--lab-client=model"
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- fingerprint lab -*",
            "*U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK*",
            "*lab run model --set timezone=Asia/Shanghai*",
        ]
    )


def test_without_a_client_a_test_that_observes_is_skipped_or_fails(pytester):
    pytester.makepyfile(OBSERVING)
    pytester.runpytest_inprocess("-p", "lab.plugin").assert_outcomes(skipped=2)
    result = pytester.runpytest_inprocess("-p", "lab.plugin", "--lab-require", "-rs")
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(["no client to observe: run pytest with --lab-client*"])


def test_what_does_not_reach_the_client_skips_a_test_that_observes_it(
    pytester, stand_in, monkeypatch
):
    pytester.makepyfile(
        """
        import lab

        def test_endpoint():
            here, there = (lab.control(endpoint=e) for e in ("unset", "https://llm.example.net"))
            assert lab.observe(here).indistinguishable_from(lab.observe(there))
        """
    )
    monkeypatch.setenv("LAB_STAND_IN_EXCLUDES", "endpoint")
    words = ("-p", "tests.pytest_plugin.stand_in", "-p", "lab.plugin", "--lab-client=model", "-rs")
    result = pytester.runpytest_inprocess(*words)
    result.assert_outcomes(skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED*the client's profile excludes it*"])


@pytest.mark.parametrize(
    ("words", "profile"),
    [
        ((), "default"),
        (("--lab-client=probe",), "dev"),
        (("--lab-client=probe", "--hypothesis-profile=audit"), "audit"),
        (("--hypothesis-profile=audit",), "audit"),
    ],
    ids=["no client", "client", "both", "profile"],
)
def test_hypothesis_has_profiles_for_clients(pytester, monkeypatch, words, profile):
    settings.load_profile("default")
    monkeypatch.setattr("lab.sandbox.requirements.check_requirements", lambda: ())
    pytester.makepyfile(
        f"""
        from hypothesis import settings
        def test_profile():
            assert settings.get_current_profile_name() == "{profile}"
        """
    )
    pytester.runpytest_inprocess("-p", "lab.plugin", *words).assert_outcomes(passed=1)


SCENARIOS = {
    "clock": ("clock",),
    "combinations": None,
    "endpoint": ("endpoint",),
    "files": ("directory", "home", "project"),
    "first_run": ("state",),
    "identity": ("git", "hostname", "user"),
    "locale": ("locale",),
    "machine": ("machine", "platform"),
    "proxy": ("proxy",),
    "terminal": ("ci", "session", "terminal"),
    "timezone": ("timezone",),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_scenarios_of_the_repository_ask_the_engine(engine, pytester, pytestconfig, scenario):
    engine.report = msgspec.structs.replace(
        EMPTY, factors=(FactorFacts("timezone", "UTC", ("Asia/Tokyo",)),)
    )
    pytester.makepyfile((pytestconfig.rootpath / f"scenarios/test_{scenario}.py").read_text())
    result = pytester.runpytest_inprocess("-p", "lab.plugin", "--lab-client=probe")
    factors = SCENARIOS[scenario]
    if scenario == "endpoint":  # this client's profile names no endpoint
        result.assert_outcomes(skipped=1)
        return
    result.assert_outcomes(passed=1)
    assert [options.factors for options in engine.asked] == [factors]
