from rich.cells import cell_len

from lab.findings.policy import judge
from lab.reports.formats.text import WIDTH, write
from tests.reports.examples import EMPTY, FULL


def test_every_signal_is_reported_in_full_without_colours():
    text = write(judge(FULL)).decode()
    assert "\x1b" not in text
    assert "endpoint × timezone" in text
    assert "sha256[:16]" in text
    assert "p = 0.0031" in text


def test_lines_are_no_longer_than_the_width():
    for report in (EMPTY, FULL):
        lines = write(judge(report)).decode().splitlines()
        commands = [line for line in lines if "lab run" in line]
        assert all(cell_len(line) <= WIDTH for line in lines if line not in commands)
