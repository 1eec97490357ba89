import pytest

from lab.observation.last_line import LONGEST, read_last_line
from lab.observation.records import Exit


@pytest.mark.parametrize(
    ("stdout", "stderr", "detail", "line"),
    [
        (b"a\nb\n", b"", "", "b"),
        (b"a\nb\n", b"c\nd\n\n", "killed", "d"),
        (b" \n", b"", "killed", "killed"),
        (b"", b"", "", "it printed nothing"),
        (b"\xff", b"", "", "\ufffd"),
        (b"x" * 1000, b"", "", "x" * LONGEST),
    ],
)
def test_the_last_line_of_stderr_else_of_stdout_else_the_detail(stdout, stderr, detail, line):
    end = Exit(1.0, "finished", 1, None, 0.1, stdout, stderr, detail)
    assert read_last_line(end) == line
