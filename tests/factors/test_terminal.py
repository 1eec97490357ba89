from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE, Terminal
from lab.factors.terminal import FACTOR


@pytest.mark.parametrize(
    ("level", "terminal", "variables"),
    [
        ("pipe", Terminal(), {"TERM": "xterm-256color"}),
        ("pipe:dumb", Terminal(), {"TERM": "dumb"}),
        ("tty", Terminal("tty", 80, 24), {"TERM": "xterm-256color"}),
        ("tty:132x43:vt100", Terminal("tty", 132, 43), {"TERM": "vt100"}),
        (
            "tty:80x24:xterm:TERM_PROGRAM=vscode:COLORTERM=truecolor",
            Terminal("tty", 80, 24),
            {"TERM": "xterm", "TERM_PROGRAM": "vscode", "COLORTERM": "truecolor"},
        ),
    ],
)
def test_a_level_is_streams_and_variables(level, terminal: Terminal, variables: dict[str, str]):
    made = FACTOR.realise(FACTOR.parse(level), BARE)
    assert made.terminal == terminal
    assert made.variables == variables


def test_what_the_profile_sets_is_kept():
    base = BARE.with_variables(FORCE_COLOR="0")
    assert FACTOR.realise("pipe", base).variables["FORCE_COLOR"] == "0"


def test_spellings_are_one():
    assert FACTOR.parse("pipe:xterm-256color") == "pipe"
    assert FACTOR.parse("tty") == "tty:80x24:xterm-256color"
    assert FACTOR.parse("pipe:xterm:NO_COLOR=1:COLORTERM=x") == "pipe:xterm:COLORTERM=x:NO_COLOR=1"


@pytest.mark.parametrize(
    "level",
    ["", "file", "tty:80", "tty:0x24", "tty:80x24:", "pipe:", "pipe:x y", "pipe:xterm:HOME=/x",
     "pipe:xterm:NO_COLOR", "pipe:xterm:NO_COLOR=", "pipe:xterm:COLORTERM=a b", "tty:99999x1"],
)  # fmt: skip
def test_what_is_no_terminal_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_holds_no_switches():
    assert FACTOR.needles("tty:90x30:vt100:NO_COLOR=1:TERM_PROGRAM=rio") == (
        "rio",
        "vt100",
        "90x30",
    )
