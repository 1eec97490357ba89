"""``lab check``: what is judged by what, the exit codes, and wrong calls."""

import json
from pathlib import Path

import msgspec
import pytest

from lab.cli.main import main
from lab.findings.policy import judge, read_policy
from lab.findings.report_json import encode
from lab.reports.formats.registry import get_format, list_formats
from tests.cli import test_audit
from tests.reports.examples import COPIED, COVERT, EMPTY, PRESENCE, ROUTE

engine = test_audit.engine
SPECIMENS = Path(__file__).parent.parent / "specimens"
POLICY = """\
schema = "fingerprint-lab/policy/1"

[[forbidden]]
covert = true
reason = "nothing hidden"

[[documented]]
cause = "hostname"
host = "telemetry.example.com"
url = "https://example.com/telemetry"
"""
SILENT = {"verdict": "not measured", "unmeasured": "it sent nothing"}
SETTLED = msgspec.structs.replace(EMPTY, not_measured=(), factors=())


def report(*signals, **changes):
    changes.setdefault("verdict", "signal" if signals else "no signal")
    return msgspec.structs.replace(SETTLED, signals=signals, **changes)


@pytest.fixture
def files(tmp_path):
    """Writes a file, or a report, and says where."""

    def write(name, content):
        file = tmp_path / name
        file.write_bytes(content.encode() if isinstance(content, str) else encode(content))
        return str(file)

    return write


@pytest.mark.parametrize(
    ("found", "code", "reported"),
    [
        (report(COPIED, ROUTE), 0, "probe@1.0: passed: 1 documented, 1 expected"),
        (report(COPIED, COVERT), 1, "probe@1.0: failed: 1 forbidden, 1 documented"),
        (report(COPIED, PRESENCE), 3, "probe@1.0: inconclusive: 1 undecided, 1 documented"),
        (report(), 0, "probe@1.0: passed: no signal"),
        (report(**SILENT), 3, "probe@1.0: not measured: it sent nothing"),
        (
            report(COPIED, unmeasured="no provider"),
            3,
            "probe@1.0: not measured: no provider, 1 documented",
        ),
    ],
)
def test_a_policy_decides(engine, files, capfd, found, code, reported):
    engine.report = found
    assert main(["check", "probe", "--policy", files("p.toml", POLICY)]) == code
    out, err = capfd.readouterr()
    assert out == ""
    assert reported in err.splitlines()
    assert engine.closed


@pytest.mark.parametrize(
    ("found", "code", "verdict"),
    [
        (report(COPIED, ROUTE), 0, "accepted"),
        (report(COPIED, COVERT), 1, "new"),
        (report(), 0, None),
        (report(**SILENT), 3, None),
        (report(COPIED, unmeasured="it never reached its provider"), 3, "accepted"),
    ],
)
def test_a_baseline_decides(engine, files, capfd, found, code, verdict):
    engine.report = found
    baseline = files("report.json", report(COPIED))
    assert main(["check", "probe", "--baseline", baseline, "--json"]) == code
    out, err = capfd.readouterr()
    document = json.loads(out)
    assert document["schema"] == "fingerprint-lab/check/1"
    if verdict is not None:
        assert verdict in [one["verdict"] for one in document["signals"]]
        assert f"  {verdict} " in err
    assert bool(document["gone"]) is (not found.signals)


@pytest.mark.parametrize("name", list_formats())
def test_the_report_is_printed_on_stdout_in_any_format(engine, files, capfdbinary, name):
    engine.report = report(COPIED)
    policy = files("p.toml", POLICY)
    assert main(["check", "probe", "--policy", policy, "--format", name]) == 0
    printed = capfdbinary.readouterr()
    judgement = judge(engine.report, read_policy(Path(policy)))
    assert printed.out == get_format(name).write(judgement)
    assert b"passed: 1 documented" in printed.err


def test_with_both_what_is_forbidden_stays_forbidden(engine, files, capfd):
    engine.report = report(COPIED, COVERT, PRESENCE)
    words = ["--policy", files("p.toml", POLICY), "--baseline", files("b.json", engine.report)]
    assert main(["check", "probe", *words]) == 1
    err = capfd.readouterr().err
    assert "failed: 1 forbidden, 1 documented, 1 accepted" in err
    assert "forbidden   COVERT  endpoint × timezone" in err


def test_a_finished_audit_is_judged_without_running_anything(engine, files, capfd, tmp_path):
    files("report.json", report(COPIED, COVERT))
    policy = files("p.toml", POLICY)
    for place in (tmp_path, tmp_path / "report.json"):
        assert main(["check", "--report", str(place), "--policy", policy, "--full"]) == 1
    assert engine.words is None
    assert "lab run probe@1.0" in capfd.readouterr().err


def test_options_of_an_audit_reach_it(engine, files):
    engine.report = report()
    words = ["--factors", "hostname,user", "--seed", "3", "--max-trials", "90"]
    assert main(["check", "probe", *words, "--policy", files("p.toml", POLICY)]) == 0
    options = engine.asked
    assert (options.factors, options.seed, options.max_trials) == (("hostname", "user"), 3, 90)


def test_any_program_after_the_separator(engine, files):
    engine.report = report(COPIED)
    words = ["check", "--policy", files("p.toml", POLICY), "--full", "--", "/bin/echo", "--json"]
    assert main(words) == 0
    assert engine.words == ("--", "/bin/echo", "--json")


def test_bytes_that_are_no_text_are_compared_as_the_baseline_holds_them(engine, files, capfd):
    place = msgspec.structs.replace(COPIED.location, path="/\udc80")
    strange = msgspec.structs.replace(COPIED, location=place, fields=(place,))
    engine.report = report(strange)
    baseline = files("b.json", engine.report)
    assert main(["check", "probe", "--baseline", baseline, "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["verdict"] == "passed"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("probe", "neither a baseline nor a policy is given; add --baseline REPORT"),
        ("probe --policy nowhere.toml", "nowhere.toml: No such file"),
        ("probe --baseline nowhere", "nowhere: No such file"),
        ("probe --baseline P", "did you mean --policy?"),
        ("probe --policy B", "B: not valid TOML"),
        ("probe --baseline E", "E: not a report"),
        ("probe --report B --policy P", "nothing runs; leave out CLIENT"),
        ("--report B --policy P --seed 3", "nothing runs; leave out --seed"),
        ("--report B --policy P --home x", "nothing runs; leave out --home"),
        ("--report B --policy P -- /bin/true", "nothing runs; leave out the program"),
        ("--policy P", "no client named"),
        ("probe --policy P --factors timezon", "there is no factor 'timezon'"),
        ("probe --policy P --fail-on covert", "has no option '--fail-on'"),
    ],
)
def test_a_wrong_call_is_one_line_and_runs_nothing(engine, files, capfd, words, complaint):
    places = {
        "P": files("p.toml", POLICY),
        "B": files("B", report(COPIED)),
        "E": files("E", "{}"),
    }
    assert main(["check", *(places.get(word, word) for word in words.split())]) == 2
    out, err = capfd.readouterr()
    assert complaint in err
    assert err.count("\n") == 1
    assert out == ""
    assert engine.words is None


@pytest.mark.cell
def test_a_real_client_is_checked(tmp_path, capfd):
    program = ["--", "/usr/bin/python3", str(SPECIMENS / "copy_hostname_header.py")]
    policy = tmp_path / "policy.toml"
    policy.write_text(POLICY.replace("telemetry.example.com", "telemetry.specimen.example"))
    home = tmp_path / "home"
    words = ["check", "--factors", "hostname", "--policy", str(policy), "--home", str(home)]
    assert main([*words, "--json", *program]) == 0
    document = json.loads(capfd.readouterr().out)
    verdicts = {tuple(one["cause"]): one["verdict"] for one in document["signals"]}
    assert verdicts == {("hostname",): "documented"}
    assert document["report"]["signals"][0]["documented"] == "https://example.com/telemetry"

    (audit,) = (home / "audits").iterdir()
    baseline = tmp_path / "empty.json"
    baseline.write_bytes(encode(report()))
    again = ["check", "--report", str(audit), "--baseline"]
    assert main([*again, str(audit)]) == 0
    assert main([*again, str(baseline)]) == 1
    assert (
        "  new         hostname  copied  POST telemetry.specimen.example" in capfd.readouterr().err
    )
