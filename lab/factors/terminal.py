"""The terminal: the client's standard streams, and the variables that describe a terminal.

A level is ``pipe`` or ``tty:COLUMNSxROWS``, then TERM, then any of the variables that
terminals set, all joined by colons:
``tty:120x40:xterm-256color:COLORTERM=truecolor:TERM_PROGRAM=vscode``.

The control is ``pipe`` with ``TERM=xterm-256color``: a client called by a script that a
developer started in an ordinary terminal.  (TERM unset or ``dumb`` is what services and
editors give, and has meanings of its own, so ``pipe:dumb`` is a level.)  The other named
levels: an ordinary terminal of the classic size; a refusal of colours; an editor's terminal;
a terminal program with a name and a version; a multiplexer; a very wide window.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec, Terminal
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "pipe"

LEVELS = (
    "pipe:dumb",
    "pipe:xterm-256color:NO_COLOR=1",
    "tty:80x24:xterm-256color",
    "tty:120x40:xterm-256color:COLORTERM=truecolor:TERM_PROGRAM=vscode:TERM_PROGRAM_VERSION=1.104.1",
    "tty:120x40:xterm-256color:COLORTERM=truecolor:TERM_PROGRAM=iTerm.app:TERM_PROGRAM_VERSION=3.5.14",
    "tty:120x40:tmux-256color:TERM_PROGRAM=tmux:TERM_PROGRAM_VERSION=3.5a",
    "tty:240x60:xterm-256color:COLORTERM=truecolor",
)

VARIABLES = (
    "ALACRITTY_LOG",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLORFGBG",
    "COLORTERM",
    "FORCE_COLOR",
    "FORCE_HYPERLINK",
    "GHOSTTY_RESOURCES_DIR",
    "KITTY_WINDOW_ID",
    "KONSOLE_VERSION",
    "LC_TERMINAL",
    "NO_COLOR",
    "TERMINAL_EMULATOR",
    "TERM_FEATURES",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "VTE_VERSION",
    "WEZTERM_PANE",
    "WT_SESSION",
    "ZED_TERM",
)
"""Variables that a terminal sets, or that a user sets about its colours."""

_TERM = "xterm-256color"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9+._-]{0,63}")
_VALUE = re.compile(r"[\x21-\x39\x3b-\x7e]{1,128}")
_FORM = "pipe[:TERM[:VARIABLE=value…]] or tty:COLUMNSxROWS[:TERM[:VARIABLE=value…]]"


def _parse_terminal(level: str) -> tuple[Terminal, dict[str, str]]:
    kind, *parts = level.split(":")
    if kind == "pipe":
        terminal = Terminal()
    elif kind == "tty":
        size = re.fullmatch(r"([1-9]\d{0,3})x([1-9]\d{0,3})", parts.pop(0) if parts else "80x24")
        if size is None:
            raise ValueError(f"write {_FORM}, not {level!r}")
        terminal = Terminal("tty", int(size[1]), int(size[2]))
    else:
        raise ValueError(f"write {_FORM}, not {level!r}")
    variables = {"TERM": parts.pop(0) if parts else _TERM}
    if not _NAME.fullmatch(variables["TERM"]):
        raise ValueError(f"{variables['TERM']!r} is not a name of a terminal; write {_FORM}")
    for part in parts:
        name, _, value = part.partition("=")
        if name not in VARIABLES:
            raise ValueError(
                f"{name!r} is not a variable of a terminal; nearest: {nearest(name, VARIABLES)}"
            )
        if not _VALUE.fullmatch(value):
            raise ValueError(f"{name} is one word without colon, not {value!r}")
        variables[name] = value
    return terminal, variables


def parse(level: str) -> str:
    """The canonical spelling: size and TERM written out, variables in order; ``pipe`` alone."""
    terminal, variables = _parse_terminal(level)
    term = variables.pop("TERM")
    size = f":{terminal.columns}x{terminal.rows}" if terminal.kind == "tty" else ""
    rest = "".join(f":{name}={value}" for name, value in sorted(variables.items()))
    canonical = f"{terminal.kind}{size}:{term}{rest}"
    return CONTROL if canonical == f"pipe:{_TERM}" else canonical


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the streams and the level's variables; variables of the profile are kept."""
    terminal, variables = _parse_terminal(level)
    return msgspec.structs.replace(spec.with_variables(**variables), terminal=terminal)


def strategy() -> SearchStrategy[str]:
    """Any size, TERM and program; shrinks to a pipe with a plain TERM."""
    from hypothesis import strategies as st

    size = st.builds("tty:{}x{}".format, st.integers(20, 400), st.integers(10, 200))
    kind = st.one_of(st.just("pipe"), size)
    terms = ("xterm", "ansi", "linux", "rxvt-unicode-256color", "screen-256color", "vt100", _TERM)
    extra = st.one_of(
        st.just(""),
        st.sampled_from((":COLORTERM=truecolor", ":FORCE_COLOR=1", ":NO_COLOR=1")),
        st.sampled_from(("Apple_Terminal", "ghostty", "Hyper", "rio", "WezTerm")).map(
            ":TERM_PROGRAM={}".format
        ),
    )
    return st.builds("{}:{}{}".format, kind, st.sampled_from(terms), extra).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The variables' values that are more than a switch, and the size of a terminal."""
    terminal, variables = _parse_terminal(level)
    size = [f"{terminal.columns}x{terminal.rows}"] if terminal.kind == "tty" else []
    values = [value for name, value in variables.items() if name != "TERM" and len(value) > 2]
    return tuple(dict.fromkeys((*values, variables["TERM"], *size)))


FACTOR = Factor(
    name="terminal",
    summary="pipe or tty, its size, TERM and similar variables",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
)
