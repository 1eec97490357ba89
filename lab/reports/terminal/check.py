"""A judged report for a person: the verdict, then one line for each signal, worst first.

A line is never wrapped, so that a log can be searched.  It has the verdict, whether the signal
is covert, cause, kind, location, id, and the rule with its reason.  Below are the effects that
are still open, the signals of the baseline that are gone, and the rules that were not used.
Long lists of permitted signals are cut; signals that fail are listed up to FAILING.

Every word from a client, a report or a policy goes through :mod:`lab.reports.text.safe`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from lab.findings.policy import Gone, Judged, Judgement, Open, Rule
from lab.findings.report import Signal
from lab.reports.terminal.signal import format_kind, write_signal
from lab.reports.text.phrases import (
    format_cause,
    format_client,
    format_client_argument,
    format_count,
    format_location,
)
from lab.reports.text.safe import clip

__all__ = ["format_headline", "format_line", "write"]

FAILING = 200
PERMITTED = 12
_WIDE = 160
"""Cells of one field of a line; the JSON document has all of it."""

_STYLES = {
    "forbidden": "bold red",
    "new": "bold red",
    "undecided": "bold yellow",
    "documented": "green",
    "allowed": "green",
    "accepted": "green",
    "expected": "dim",
}
_OUTCOMES = {
    "failed": "bold red",
    "inconclusive": "bold yellow",
    "not measured": "bold yellow",
    "passed": "bold green",
}


def write(
    judgement: Judgement, console: Console, typed: Sequence[str] = (), *, full: bool = False
) -> None:
    """Print the judgement.

    Args:
        judgement: A judged report.
        console: Where to print.
        typed: How the user named the client, where that is known.
        full: Print each signal that fails in full, with the commands that reproduce it.
    """
    _print(console, Text(format_headline(judgement), style=_OUTCOMES[judgement.verdict]))
    for words in _describe_inputs(judgement):
        _print(console, Text(words))
    serious = [one for one in judgement.signals if _is_serious(one)]
    _print_list(console, map(format_line, serious), len(serious), FAILING)
    permitted = [one for one in judgement.signals if not _is_serious(one)]
    _print_list(console, map(format_line, permitted), len(permitted), PERMITTED)
    for heading, lines in (
        (
            "still open, so the check does not pass:",
            [_format_open(one) for one in judgement.doubts],
        ),
        (
            "still open, without effect on the verdict:",
            [_format_open(one) for one in judgement.open if not one.counts],
        ),
        ("in the baseline, not found now:", list(map(_format_gone, judgement.gone))),
        ("permitted, not found:", [Text(f"  {format_rule(one)}") for one in judgement.unused]),
    ):
        if lines:
            _print(console, Text(heading, style="bold"))
            _print_list(console, lines, len(lines), PERMITTED)
    if judgement.undecided:
        hint = "an undecided signal needs a rule (by cause and location, or by id) or a baseline"
        _print(console, Text(hint, style="dim"))
    if full:
        client = format_client_argument(judgement.report.client, typed)
        for number, one in enumerate(judgement.failures[:FAILING], 1):
            console.print()
            write_signal(number, one.signal, client, console, full=True)


def format_headline(judgement: Judgement) -> str:
    """``probe@1.0: failed: 1 forbidden, 2 new``."""
    verdicts = [one.verdict for one in judgement.signals]
    parts = [f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts)]
    if judgement.doubts:
        parts.append(f"{len(judgement.doubts)} open")
    if judgement.verdict == "not measured":
        why = judgement.report.unmeasured or "nothing could be tried"
        parts.insert(0, clip(why, 2 * _WIDE))
    summary = ", ".join(parts) or "no signal"
    return f"{format_client(judgement.report.client)}: {judgement.verdict}: {summary}"


def format_line(judged: Judged) -> Text:
    """One signal: verdict, cause, kind, location, id, and the reason."""
    signal = judged.signal
    text = Text(f"  {judged.verdict:<10}  ", style=_STYLES[judged.verdict])
    if signal.covert:
        text.append("COVERT  ", style="bold red")
    text.append_text(_format_signal(signal))
    words = [format_rule(judged.rule)] if judged.rule is not None else []
    words += [clip(note, _WIDE) for note in judged.notes]
    return text.append("".join(f"  ({word})" for word in words))


def format_rule(rule: Rule) -> str:
    """``line 12: the date line needs it``, with the URL of the documentation."""
    reason = " ".join(word for word in (rule.reason, rule.url) if word)
    return f"line {rule.line}: {clip(reason, 2 * _WIDE)}"


def _format_signal(signal: Signal) -> Text:
    text = Text(format_cause(signal), style="bold not dim")
    text.append(f"  {format_kind(signal)}", style="not bold dim")
    text.append(f"  {format_location(signal.location, _WIDE)}", style="not bold cyan")
    more = len(signal.fields) - 1
    if more > 0:
        text.append(f" and {format_count(more, 'more location')}", style="not bold dim")
    return text.append(f"  {clip(signal.id, 40)}", style="not bold dim")


def _is_serious(one: Judged) -> bool:
    return one.verdict in ("forbidden", "new", "undecided")


def _format_open(one: Open) -> Text:
    text = Text(f"  {clip(one.what, 2 * _WIDE)}", style="bold")
    if one.location is not None:
        text.append(f"  {format_location(one.location, _WIDE)}", style="not bold cyan")
    text.append(f": {clip(one.why, _WIDE)}", style="not bold")
    if one.rule is not None:
        text.append(f"  ({format_rule(one.rule)})", style="not bold")
    return text


def _format_gone(one: Gone) -> Text:
    text = Text("  ").append_text(_format_signal(one.signal))
    return text.append(f"  (but {clip(one.unless, _WIDE)})" if one.unless else "")


def _describe_inputs(judgement: Judgement) -> Iterable[str]:
    """Policy and baseline of the judgement, and the warnings about them."""
    if judgement.policy is not None:
        file = clip(judgement.policy.file, _WIDE)
        yield f"  policy: {file}, where no rule applies: {judgement.policy.default}"
    if judgement.baseline is not None:
        baseline = judgement.baseline
        accepted = format_count(len(baseline.signals), "signal")
        yield f"  baseline: {format_client(baseline.client)}, {accepted}"
        if baseline.client.name != judgement.report.client.name:
            yield "  warning: the baseline is of another client"
    for warning in judgement.report.warnings[:PERMITTED]:
        yield f"  warning: {clip(warning, 2 * _WIDE)}"


def _print_list(console: Console, lines: Iterable[Text], count: int, most: int) -> None:
    for shown, text in enumerate(lines):
        if shown == most and count > most + 1:
            _print(console, Text(f"  … {count - most} more; --json has them all", style="dim"))
            return
        _print(console, text)


def _print(console: Console, text: Text) -> None:
    console.print(text, soft_wrap=True)
