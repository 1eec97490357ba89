"""A comparison in words, for the report of a test: what differs, where, and how to repeat it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console

from lab.environment import Change, Environment
from lab.factors.registry import get_factor
from lab.reports.terminal.audit import make_console
from lab.reports.terminal.signal import write_commands, write_signal
from lab.reports.text.phrases import (
    EMPTY_LEVEL,
    build_run_command,
    format_cause,
    format_count,
    format_location,
    quote_words,
)
from lab.reports.text.safe import clip, make_visible

if TYPE_CHECKING:
    from lab.testing.comparison import Comparison

__all__ = ["changed", "story"]

_IN_FULL = 4
"""Differences told in full; each of the others has a line."""
_MOST_LINES = 12
_WIDTH = 100


def story(comparison: Comparison) -> str:
    """Everything that a comparison says, at most a hundred cells wide where words allow."""
    stream = io.StringIO()
    console = make_console(stream, width=_WIDTH)
    found = comparison.signals
    if not found:
        trials = format_count(comparison.trials, "trial")
        console.print(f"Nothing that {_name(comparison)} sends tells the two apart ({trials}):")
        _write_pair(comparison, console)
    else:
        what = format_count(len(found), "difference")
        console.print(f"What {_name(comparison)} sends tells the two apart, by {what}:")
        _write_pair(comparison, console)
        sides = _sides(comparison.changes)
        for number, signal in enumerate(found[:_IN_FULL], 1):
            console.print()
            write_signal(number, signal, "", console, sides=sides)
        if more := found[_IN_FULL:]:
            console.print()
        for signal in more[:_MOST_LINES]:
            location = format_location(signal.location, _WIDTH // 2)
            words = f"{format_cause(signal)}  {signal.kind}  {location}"
            console.print(f"   {'COVERT  ' if signal.covert else ''}{words}")
        if len(more) > _MOST_LINES:
            console.print(f"   … and {format_count(len(more) - _MOST_LINES, 'more difference')}")
        console.print()
        write_commands(_commands(comparison), console)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip("\n").split("\n"))


def changed(changes: Sequence[Change]) -> str:
    """``timezone UTC | Asia/Tokyo``: what differs between two environments, on one line."""
    if not changes:
        return "one and the same environment"
    return ", ".join(
        f"{make_visible(change.factor)} {_level(change.left)} | {_level(change.right)}"
        for change in changes
    )


def _write_pair(comparison: Comparison, console: Console) -> None:
    """The levels that differ, and those that both sides have and the control has not."""
    differing = {change.factor for change in comparison.changes}
    lines = [
        f"  {change.factor}: {_level(change.left)} on the left, {_level(change.right)} on the right"
        for change in comparison.changes
    ]
    lines += [
        f"  {name}: {_level(text)} on both sides"
        for name, text in comparison.left.levels
        if name not in differing and text != get_factor(name).control
    ]
    for line in lines or ["  the two are one environment"]:
        console.print(line, soft_wrap=True)


def _sides(changes: Sequence[Change]) -> tuple[str, str]:
    """What the two sides are called beside what each sent."""
    if len(changes) == 1:
        (change,) = changes
        return (
            clip(f"{change.factor}={change.left or EMPTY_LEVEL}", _WIDTH // 2),
            clip(f"{change.factor}={change.right or EMPTY_LEVEL}", _WIDTH // 2),
        )
    return "left", "right"


def _commands(comparison: Comparison) -> tuple[Sequence[str], Sequence[str]]:
    """What repeats the pair: on the command line, or for a callable in Python."""
    left, right = (_varied(side) for side in (comparison.left, comparison.right))
    subject = comparison.subject
    if subject.words is None:
        return (_call(subject.label, left),), (_call(subject.label, right),)
    client = quote_words(subject.words)
    return build_run_command(client, left), build_run_command(client, right)


def _call(name: str, levels: dict[str, str]) -> str:
    words = ", ".join(f"{factor}={text!a}" for factor, text in levels.items())
    return f"lab.observe(lab.control({words}), {name}).text"


def _varied(environment: Environment) -> dict[str, str]:
    return {name: text for name, text in environment.levels if text != get_factor(name).control}


def _name(comparison: Comparison) -> str:
    return clip(comparison.subject.label, 60)


def _level(text: str) -> str:
    return clip(text, 60) or EMPTY_LEVEL
