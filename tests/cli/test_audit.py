import errno
import json
import sys
from types import SimpleNamespace

import msgspec
import pytest

from lab.cli.audit_options import MAX_JOBS, MAX_STRENGTH
from lab.cli.main import main
from lab.clients.profile import Client, Profile
from lab.errors import MachineError, UsageError
from lab.experiment.events import AuditFinished, AuditStarted, SignalConfirmed, Warned
from lab.experiment.options import AuditOptions
from lab.experiment.scope import _check
from lab.findings.policy import judge
from lab.reports.formats.registry import get_format, list_formats
from tests.reports.examples import COPIED, COVERT, EMPTY, FULL, ROUTE

CLIENT = Client(Profile("probe", ("/bin/true",)), "1.0", "0" * 64, "npm", ("/bin/true",), ())


class Engine:
    """Stands in for the engine: remembers what it was asked, and says a fixed sequence."""

    def __init__(self) -> None:
        self.report = EMPTY
        self.raises: BaseException | None = None
        self.words = None
        self.asked = None
        self.closed = False

    def resolve(self, words, cache, say):
        self.words = words
        return CLIENT

    def audit(self, client, options):
        assert client is CLIENT
        self.asked = options
        try:
            yield AuditStarted(EMPTY.client, EMPTY.factors, 7, 2, 3, ".lab/audits/x")
            yield Warned("the clock is the host's")
            for signal in self.report.signals:
                yield SignalConfirmed(signal)
            if self.raises is not None:
                raise self.raises
            yield AuditFinished(self.report)
        finally:
            self.closed = True


@pytest.fixture
def engine(monkeypatch):
    engine = Engine()
    monkeypatch.setitem(sys.modules, "lab.experiment.audit", SimpleNamespace(audit=engine.audit))
    monkeypatch.setattr("lab.clients.resolve.resolve", engine.resolve)
    return engine


def test_people_read_the_report_on_stdout_and_progress_on_stderr(engine, capfd):
    engine.report = FULL
    assert main(["audit", "probe"]) == 0
    out, err = capfd.readouterr()
    assert "1   COVERT  endpoint × timezone" in out
    assert "lab run probe@1.0 --set hostname=build-7" in out
    assert "warning: the clock is the host's" in err
    assert "COVERT signal: endpoint × timezone" in err
    assert engine.closed


def test_scripts_read_one_json_document_on_stdout(engine, capfd):
    engine.report = FULL
    assert main(["audit", "probe", "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert document["schema"] == "fingerprint-lab/report/1"
    assert [signal["cause"] for signal in document["signals"]][-1] == ["endpoint", "timezone"]


@pytest.mark.parametrize("name", list_formats())
def test_the_report_is_printed_on_stdout_in_any_format(engine, capfdbinary, name):
    engine.report = FULL
    assert main(["audit", "probe", "--format", name]) == 0
    assert capfdbinary.readouterr().out == get_format(name).write(judge(FULL))


def test_json_has_precedence_over_a_format(engine, capfd):
    assert main(["audit", "probe", "--json", "--format", "text"]) == 0
    assert json.loads(capfd.readouterr().out)["schema"] == "fingerprint-lab/report/1"


def test_sweeps_and_searches_reach_the_engine(engine, tmp_path):
    words = tmp_path / "words"
    words.write_text("# ours\nrelay\n\n.cn\nrelay\n")
    line = f"audit probe --sweep timezone,locale --sweep endpoint --search endpoint --words {words}"
    assert main([*line.split(), "--search-trials", "60"]) == 0
    options = engine.asked
    assert options.sweep == ("timezone", "locale", "endpoint")
    assert options.search == ("endpoint",)
    assert (options.search_trials, options.words) == (60, ("relay", ".cn"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--sweep hostname", "cannot be swept"),
        ("--sweep timezon", "nearest: timezone"),
        ("--factors user --sweep timezone", "--factors leaves out"),
        ("--words /nowhere", "add --search FACTOR"),
        ("--search endpoint --words /nowhere", "cannot be read"),
        ("--search endpoint --search-trials none", "a whole number"),
    ],
)
def test_what_cannot_be_swept_or_searched_is_said_before_anything_runs(engine, capfd, line, words):
    assert main(["audit", "probe", *line.split()]) == 2
    assert words in capfd.readouterr().err
    assert engine.words is None


def test_every_option_reaches_the_engine(engine, tmp_path):
    words = "--factors timezone,locale --levels timezone=Asia/Seoul,Asia/Tokyo --levels"
    words += " timezone=UTC --max-trials 90 --max-time 12.5 --seed 3 --alpha 0.01 --strength 3"
    words += f" --jobs 4 --out {tmp_path}/a --home {tmp_path}/h --resume"
    assert main(["audit", "probe", *words.split()]) == 0
    options = engine.asked
    assert options.factors == ("timezone", "locale")
    assert options.levels == {"timezone": ("Asia/Seoul", "Asia/Tokyo", "UTC")}
    assert (options.max_trials, options.max_time, options.seed) == (90, 12.5, 3)
    assert (options.alpha, options.strength, options.jobs) == (0.01, 3, 4)
    assert (options.home, options.out) == (tmp_path / "h", tmp_path / "a")
    assert options.resume


def test_the_defaults_are_those_of_the_contract(engine):
    assert main(["audit", "probe"]) == 0
    options = engine.asked
    assert (options.factors, options.max_trials, options.max_time) == (None, None, None)
    assert (options.seed, options.alpha, options.strength, options.jobs) == (0, 0.05, 2, None)
    assert not options.resume


def test_any_program_after_the_separator(engine, capfd):
    engine.report = FULL
    assert main(["audit", "--seed", "3", "--", "/bin/echo", "--seed"]) == 0
    assert engine.words == ("--", "/bin/echo", "--seed")
    assert "--set hostname=build-7 -- /bin/echo --seed" in capfd.readouterr().out


def test_a_comma_within_a_level_is_escaped(engine):
    assert main(["audit", "probe", "--levels", r"directory=/srv/a\,b,/srv/c"]) == 0
    assert engine.asked.levels == {"directory": ("/srv/a,b", "/srv/c")}


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("--factors timezon", "there is no factor 'timezon'; nearest: timezone"),
        ("--factors ,", "--factors names no factor"),
        ("--levels timezone=Asia/Toky", "nearest: Asia/Tokyo"),
        ("--levels timezone", "is not FACTOR=L1,L2"),
        ("--levels timezon=UTC", "there is no factor 'timezon'"),
        ("--factors locale --levels timezone=UTC", "which --factors leaves out"),
        ("--max-trials 0", "--max-trials takes a whole number from 1"),
        ("--max-trials many", "--max-trials takes a whole number from 1"),
        ("--max-time -1", "--max-time takes a number of seconds above 0"),
        ("--max-time inf", "--max-time takes a number of seconds above 0"),
        ("--seed -1", "--seed takes a whole number from 0"),
        ("--alpha 0", "--alpha takes a probability between 0 and 1"),
        ("--alpha nan", "--alpha takes a probability between 0 and 1"),
        ("--strength 4", "--strength takes a whole number from 1 to 3"),
        ("--jobs 0", "--jobs takes a whole number from 1 to 64"),
        ("--jobs 65", "--jobs takes a whole number from 1 to 64"),
        ("--home /dev/null/x", "--home /dev/null/x: "),
        ("--out /dev/null/x", "--out /dev/null/x: "),
        ("--fail-on never", "invalid choice"),
        ("--format none-of-these", "invalid choice"),
    ],
)
def test_a_wrong_call_is_one_line_and_runs_nothing(engine, capfd, words, complaint):
    assert main(["audit", "probe", *words.split()]) == 2
    out, err = capfd.readouterr()
    assert complaint in err
    assert err.count("\n") == 1
    assert out == ""
    assert engine.words is None


@pytest.mark.parametrize(
    ("signals", "verdict", "fail_on", "code"),
    [
        ((COVERT, COPIED, ROUTE), "signal", None, 0),
        ((COVERT, COPIED, ROUTE), "signal", "covert", 1),
        ((COPIED, ROUTE), "signal", "covert", 0),
        ((COPIED, ROUTE), "signal", "signal", 1),
        ((ROUTE,), "signal", "signal", 0),
        ((), "no signal", "signal", 0),
        ((), "inconclusive", None, 3),
        ((), "inconclusive", "signal", 3),
        ((COPIED,), "inconclusive", "signal", 1),
        ((), "not measured", None, 3),
        ((), "not measured", "signal", 3),
    ],
)
def test_exit_codes(engine, signals, verdict, fail_on, code):
    engine.report = msgspec.structs.replace(EMPTY, signals=signals, verdict=verdict)
    words = ["--fail-on", fail_on] if fail_on else []
    assert main(["audit", "probe", *words]) == code


def test_the_limits_are_those_of_the_engine():
    _check(AuditOptions(strength=MAX_STRENGTH, jobs=MAX_JOBS))
    for beyond in (AuditOptions(strength=MAX_STRENGTH + 1), AuditOptions(jobs=MAX_JOBS + 1)):
        with pytest.raises(UsageError):
            _check(beyond)


def test_all_signals_in_full_on_request(engine, capfd):
    signals = tuple(msgspec.structs.replace(COPIED, id=str(n)) for n in range(20))
    engine.report = msgspec.structs.replace(FULL, signals=signals)
    assert main(["audit", "probe"]) == 0
    assert "12 more signals, one line each" in capfd.readouterr().out
    assert main(["audit", "probe", "--full"]) == 0
    assert capfd.readouterr().out.count("  reproduce ") == 2 * 20


def test_the_time_is_reported_with_the_trials_that_ran_in_it(engine, capfd):
    assert main(["audit", "probe", "--resume"]) == 0
    assert "168 trials, 0 of them now, in 5 min 12 s" in capfd.readouterr().out


def test_a_folder_that_fails_later_is_one_line_too(engine, capfd, tmp_path):
    engine.raises = OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "h" / "blob"))
    assert main(["audit", "probe", "--home", str(tmp_path / "h")]) == 4
    assert capfd.readouterr().err.splitlines()[-1] == (
        f"lab: error: --home {tmp_path}/h: {tmp_path}/h/blob: No space left on device; "
        "free some space, or permit writing there, or name another folder"
    )
    engine.raises = OSError(errno.EACCES, "Permission denied", "/somewhere/else")
    assert main(["audit", "probe", "--home", str(tmp_path / "h")]) == 4
    assert "a fault of the lab itself" in capfd.readouterr().err


def test_what_the_machine_lacks_is_one_line(engine, capfd):
    engine.raises = MachineError("bubblewrap is missing; apt install bubblewrap")
    assert main(["audit", "probe", "--json"]) == 4
    out, err = capfd.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "lab: error: bubblewrap is missing; apt install bubblewrap"


def test_interrupting_says_how_to_go_on(engine, capfd):
    engine.raises = KeyboardInterrupt()
    assert main(["audit", "probe"]) == 130
    assert "--resume --out .lab/audits/x" in capfd.readouterr().err
    assert engine.closed
