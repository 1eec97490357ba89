"""The summary of a session, from values: its lines (two commands a signal), and the report."""

import msgspec

from lab.findings.report_json import decode, encode
from lab.pytest_plugin.summary import judge_session, print_summary, read_reports
from tests.reports.examples import COPIED, EMPTY, FULL


class Reporter:
    """Keeps what is printed."""

    def __init__(self, verbosity=0):
        self.lines = []
        self.config = self
        self.verbosity = verbosity

    def get_verbosity(self):
        return self.verbosity

    def section(self, title):
        self.lines.append(f"== {title}")

    def write_line(self, line, **markup):
        self.lines.append(line)


def summarise(tmp_path, report, verbosity=0):
    reporter = Reporter(verbosity)
    reports = {tmp_path / "timezone": report}
    judgement = judge_session(reports, tmp_path, None, None)
    print_summary(reporter, reports, judgement, tmp_path / "session", ("probe",))
    return reporter.lines


def test_it_prints_signals_with_commands_and_writes_the_report(tmp_path):
    lines = summarise(tmp_path, FULL)
    assert lines[0] == "== fingerprint lab"
    assert lines[-1].startswith("report: ")
    covert = [signal for signal in FULL.signals if signal.covert]
    assert covert
    assert sum(line.startswith("COVERT  ") for line in lines) == len(covert)
    assert sum("reproduce  lab run probe" in line for line in lines) == 2 * len(FULL.signals)
    written = decode((tmp_path / "session" / "report.json").read_bytes())
    assert {signal.id for signal in written.signals} == {signal.id for signal in FULL.signals}


def test_only_the_first_signals_that_are_not_covert_have_commands(tmp_path):
    signals = tuple(msgspec.structs.replace(COPIED, id=f"s{n:02}") for n in range(12))
    report = msgspec.structs.replace(EMPTY, signals=signals, verdict="signal")
    assert sum("reproduce" in line for line in summarise(tmp_path, report)) == 20
    assert sum("reproduce" in line for line in summarise(tmp_path, report, 1)) == 24


def test_reports_that_cannot_be_read_are_left_out(tmp_path):
    for name, data in (("good", encode(EMPTY)), ("broken", b"{")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "report.json").write_bytes(data)
    folders = [str(tmp_path / name) for name in ("good", "broken", "missing")]
    assert list(read_reports(folders)) == [tmp_path / "good"]
