"""Explains a comparison for the report of a test: what differs, where, how to reproduce it."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rich.console import Console

from lab.environment import Change, Environment
from lab.factors.registry import get_factor
from lab.findings.report import Signal
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

__all__ = ["describe_changes", "explain"]

_DETAILED = 4
"""Differences explained in full; each further one has a line."""
_MAX_LINES = 12
_WIDTH = 100
_MAX_LABEL = 60


def explain(
    left: Environment,
    right: Environment,
    signals: Sequence[Signal],
    *,
    trials: int,
    label: str,
    words: Sequence[str] | None,
) -> str:
    """The full text of a comparison, at most 100 cells wide where words allow.

    Args:
        left: One environment, with a level for every factor.
        right: The other environment.
        signals: The differences, worst first; empty where the two were not distinguished.
        trials: How many trials the comparison used.
        label: The name of the client or callable.
        words: The client as typed on the command line; None for a callable, which is
            reproduced in Python.
    """
    stream = io.StringIO()
    console = make_console(stream, width=_WIDTH)
    changes, name = left.difference(right), clip(label, _MAX_LABEL)
    if not signals:
        count = format_count(trials, "trial")
        console.print(f"Nothing that {name} sends distinguishes the two ({count}):")
        _write_pair(left, changes, console)
    else:
        what = format_count(len(signals), "difference")
        console.print(f"What {name} sends distinguishes the two, by {what}:")
        _write_pair(left, changes, console)
        sides = _name_sides(changes)
        for number, signal in enumerate(signals[:_DETAILED], 1):
            console.print()
            write_signal(number, signal, "", console, sides=sides)
        if more := signals[_DETAILED:]:
            console.print()
        for signal in more[:_MAX_LINES]:
            location = format_location(signal.location, _WIDTH // 2)
            line = f"{format_cause(signal)}  {signal.kind}  {location}"
            console.print(f"   {'COVERT  ' if signal.covert else ''}{line}")
        if len(more) > _MAX_LINES:
            console.print(f"   … and {format_count(len(more) - _MAX_LINES, 'more difference')}")
        console.print()
        commands = _build_command(label, words, left), _build_command(label, words, right)
        write_commands(commands, console)
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip("\n").split("\n"))


def describe_changes(changes: Sequence[Change]) -> str:
    """``timezone UTC | Asia/Tokyo``: what differs between two environments, on one line."""
    if not changes:
        return "one and the same environment"
    return ", ".join(
        f"{make_visible(change.factor)} "
        f"{_format_level(change.left)} | {_format_level(change.right)}"
        for change in changes
    )


def _write_pair(left: Environment, changes: Sequence[Change], console: Console) -> None:
    """Print the levels that differ, and the varied levels that both sides share."""
    differing = {change.factor for change in changes}
    lines = [
        f"  {change.factor}: {_format_level(change.left)} on the left, "
        f"{_format_level(change.right)} on the right"
        for change in changes
    ]
    lines += [
        f"  {name}: {_format_level(text)} on both sides"
        for name, text in _list_varied_levels(left).items()
        if name not in differing
    ]
    for line in lines or ["  the two are one environment"]:
        console.print(line, soft_wrap=True)


def _name_sides(changes: Sequence[Change]) -> tuple[str, str]:
    """The names of the two sides, printed beside what each sent."""
    if len(changes) == 1:
        (change,) = changes
        return (
            clip(f"{change.factor}={change.left or EMPTY_LEVEL}", _WIDTH // 2),
            clip(f"{change.factor}={change.right or EMPTY_LEVEL}", _WIDTH // 2),
        )
    return "left", "right"


def _build_command(
    label: str, words: Sequence[str] | None, environment: Environment
) -> Sequence[str]:
    """What reproduces one side: a command line, or Python for a callable."""
    levels = _list_varied_levels(environment)
    if words is None:
        arguments = ", ".join(f"{name}={text!a}" for name, text in levels.items())
        return (f"lab.observe(lab.control({arguments}), {label}).text",)
    return build_run_command(quote_words(words), levels)


def _list_varied_levels(environment: Environment) -> dict[str, str]:
    """The levels that are not at their controls."""
    return {name: text for name, text in environment.levels if text != get_factor(name).control}


def _format_level(text: str) -> str:
    return clip(text, 60) or EMPTY_LEVEL
