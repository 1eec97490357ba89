"""The audit's report for a person at a terminal.

It prints, in this order: warnings about the client, because everything else depends on them;
the words that the report uses; the signals, worst first (:mod:`lab.findings.severity`); effects
that only route the traffic elsewhere, which are expected; effects that are still open; what was
not measured; noise.  The first signals are printed in full
(:mod:`lab.reports.terminal.signal`), each of the others in one line, unless the reader asks for
``full``.

Every word from a client or a level goes through :mod:`lab.reports.text.safe`, and is printed as
:class:`rich.text.Text`, never as markup.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import IO, Any, cast

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lab.factors.registry import factors
from lab.findings.report import Inconclusive, Report, Signal
from lab.findings.severity import severity
from lab.observation.parts import MessagePart
from lab.reports.terminal.no_signal import explain_no_signal
from lab.reports.terminal.signal import format_kind, write_signal
from lab.reports.terminal.sweep import summarise_explorations
from lab.reports.text.cost_phrases import describe_cost
from lab.reports.text.coverage_phrases import describe_coverage, list_missing
from lab.reports.text.diff import compare_texts
from lab.reports.text.phrases import (
    EMPTY_TEXT,
    NOTHING,
    format_cause,
    format_client,
    format_client_argument,
    format_count,
    format_duration,
    format_list,
    format_location,
    format_verdict,
)
from lab.reports.text.safe import clip, make_visible

__all__ = ["make_console", "write"]

WIDEST = 110
"""Longer lines are hard to read, however wide the window."""
ITEMS = 12
"""Entries that are printed of a list that may have thousands."""

IN_FULL = 8
"""Signals that are printed in full; covert ones always are."""


LEGEND = {
    "factor": "an input that the lab varies, such as the time zone",
    "level": "one value of a factor",
    "control": "the level that a factor has while it is not varied",
    "trial": "one run of the client with a level of every factor",
    "signal": "a confirmed difference in what the client sends, and the factors that cause it",
}
"""The words that a newcomer needs to read the report."""


class _TrimmedStream:
    """A stream without the blanks at the ends of lines with which layouts are padded."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_BLANKS.sub("", text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


_BLANKS = re.compile(r"[ \t]+$", re.MULTILINE)


class _Console(Console):
    """A console that raises BrokenPipeError where the reader has gone."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def make_console(stream: IO[str], width: int | None = None, *, plain: bool = False) -> Console:
    """A console that interprets no markup and is never too wide to read.

    Args:
        stream: Where it prints.
        width: Its width in cells; by default that of the terminal.
        plain: Print no colours, whatever the stream and the environment say.
    """
    trimmed = cast("IO[str]", _TrimmedStream(stream))
    console = _Console(
        file=trimmed,
        width=width,
        markup=False,
        highlight=False,
        emoji=False,
        force_terminal=False if plain else None,
        color_system=None if plain else "auto",
    )
    console.width = min(console.width, WIDEST)
    return console


def write(
    report: Report,
    console: Console,
    typed: Sequence[str] = (),
    *,
    ran: int | None = None,
    full: bool = False,
) -> None:
    """Print the whole report.

    Args:
        report: The report of an audit.
        console: Where to print (:func:`make_console`).
        typed: How the user named the client, where that is known.
        ran: How many of the trials the last session ran itself, where that is known.  The
            report's time is the time of that session.
        full: Print every signal in full.
    """
    client = format_client_argument(report.client, typed)
    signals = sorted(report.signals, key=severity)
    routes = [signal for signal in signals if signal.kind == "route" and not signal.covert]
    others = [signal for signal in signals if signal not in routes]
    shown = others if full else [s for n, s in enumerate(others) if s.covert or n < IN_FULL]
    shown = others if len(others) == len(shown) + 1 else shown

    console.print(_render_headline(report, ran))
    console.print()
    console.print(_render_legend())
    for number, signal in enumerate(shown, 1):
        console.print()
        write_signal(number, signal, client, console, full=full)
    if len(others) > len(shown):
        _print_heading(console, f"{len(others) - len(shown)} more signals, one line each")
        for brief in _format_brief_lines(others[len(shown) :], len(shown) + 1, console.width):
            console.print(brief)
        again = "the same command with --resume --full prints them in full, without new trials"
        console.print(Text(f"({again})", style="dim"))
    if not others:
        console.print()
        for paragraph in explain_no_signal(report, list(factors())):
            console.print(Text(paragraph))
    if routes:
        _print_heading(console, "Routing effects: where the traffic goes, expected")
        _print_list(
            console, (_format_route(signal, console.width) for signal in routes), len(routes)
        )
    if report.inconclusive:
        _print_heading(console, "Inconclusive: seen, neither confirmed nor ruled out")
        for line in _format_open(report.inconclusive):
            console.print(Padding(line, (0, 0, 0, 2), expand=False))
    unmeasured = _list_unmeasured(report)
    if unmeasured:
        _print_heading(console, "Not measured, so nothing can be said about it")
        _print_list(console, unmeasured, len(unmeasured))
    console.print()
    console.print(_render_footer(report))


def _render_legend() -> Table:
    """The words of the report, one line each."""
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(style="dim", overflow="fold")
    for word, meaning in LEGEND.items():
        grid.add_row(word, meaning)
    return grid


def _print_heading(console: Console, words: str) -> None:
    console.print()
    console.print(Text(words, style="bold"))


def _print_list(console: Console, items: Iterable[Text], count: int) -> None:
    for shown, item in enumerate(items):
        if shown == ITEMS:
            console.print(Text(f"  … {count - shown} more, in report.json", style="dim"))
            return
        console.print(Padding(item, (0, 0, 0, 2), expand=False))


def _render_headline(report: Report, ran: int | None) -> RenderableType:
    client = report.client
    first = Text(format_client(client), style="bold")
    first.append(f"  {clip(client.digest.removeprefix('sha256:')[:12], 80)}", style="dim")
    second = Text(
        f"{_format_effort(report, ran)}, "
        f"{format_count(sum(f.measured for f in report.factors), 'factor')}, seed {report.seed}",
        style="dim",
    )
    lines: list[RenderableType] = [first, second]
    if report.warnings:
        lines.append(Text())
        lines += [
            Text(f"Warning: {clip(warning, 400)}", style="bold yellow")
            for warning in report.warnings[:ITEMS]
        ]
        if len(report.warnings) > ITEMS:
            lines.append(Text(f"… {len(report.warnings) - ITEMS} more, in report.json", "dim"))
    serious = any(signal.covert for signal in report.signals)
    found = any(signal.kind != "route" for signal in report.signals)
    style = "bold red" if serious else "bold yellow" if found else "bold"
    if report.verdict == "no signal" and not found and not report.warnings:
        style = "bold green"
    return Group(*lines, Text(), Text(_to_sentence(format_verdict(report)), style=style))


def _format_effort(report: Report, ran: int | None) -> str:
    """Trials and time, and to which of the trials the time belongs."""
    trials, time = format_count(report.trials, "trial"), format_duration(report.wall_s)
    if ran is None:
        return f"{trials}; the last session took {time}"
    if ran < report.trials:
        return f"{trials}, {ran:,} of them now, in {time}"
    return f"{trials} in {time}"


def _format_brief_lines(signals: Sequence[Signal], first: int, width: int) -> Iterable[Text]:
    """Each signal in one line, numbered from ``first`` on, in columns."""
    digits = len(str(first + len(signals) - 1))
    causes = [clip(format_cause(signal), width // 4) for signal in signals]
    manners = [clip(format_kind(signal), width // 3) for signal in signals]
    widths = [max(map(cell_len, words)) + 2 for words in (causes, manners)]
    room = max(width - digits - 2 - sum(widths), width // 4)
    for number, signal in enumerate(signals):
        line = Text(f"{first + number:>{digits}}  ", style="bold")
        for words, column, style in zip(
            (causes[number], manners[number]), widths, ("bold", "dim"), strict=True
        ):
            line.append(words + " " * (column - cell_len(words)), style=style)
        yield line.append(format_location(signal.location, room), style="cyan")


def _format_route(signal: Signal, width: int) -> Text:
    """One routing effect: its cause, its location, the value on both sides, and where it is not."""
    return _format_route_change(signal, width).append(_format_unchanged(signal), style="dim")


def _format_unchanged(signal: Signal) -> str:
    """The levels with the value of the first row, which is the control's: no other line has them.

    Only of the route itself, because all other effects of a route follow from it.
    """
    usual, *others = signal.table
    same = [row for row in others if row.value == usual.value]
    if signal.location.part != MessagePart.ROUTE or not same or len(signal.cause) > 1:
        return ""
    levels = [clip(row.levels[signal.cause[0]], 100) for row in same]
    return f"\n  unchanged at {format_list(levels, ITEMS)}"


def _format_route_change(signal: Signal, width: int) -> Text:
    left, right = (_join_lines(x) for x in (signal.pair.left_value, signal.pair.right_value))
    text = Text(format_cause(signal)).append(
        f"  {format_location(signal.location, width)}", style="cyan"
    )
    change = f"{left} → {right}"
    if len(change) <= width and cell_len(text.plain) + cell_len(make_visible(change)) + 6 <= width:
        return text.append(f"  {make_visible(change)}", style="dim")
    room = max(width - 6, 8)
    if len(change) <= width and cell_len(make_visible(change)) <= room:
        return text.append(f"\n  {make_visible(change)}", style="dim")
    seen = compare_texts(left, right, room)
    sides = ("".join(span.text for span in spans) for spans in (seen.left, seen.right))
    first, second = (
        clip(value, room) if len(value) <= room else side
        for value, side in zip((left, right), sides, strict=True)
    )
    return text.append(f"\n  {first}\n  → {second}", style="dim")


def _join_lines(value: str | None) -> str:
    """A value that is a list, a line each, as one line of words."""
    if value is None:
        return NOTHING
    return ", ".join(line or EMPTY_TEXT for line in value.split("\n"))


def _format_open(items: Sequence[Inconclusive]) -> list[RenderableType]:
    """Effects that are still open; effects with the same reason share its line."""
    reasons: dict[str, list[Inconclusive]] = {}
    for item in items:
        reasons.setdefault(item.why, []).append(item)
    lines: list[RenderableType] = []
    for why, group in reasons.items():
        for item in group[:ITEMS]:
            line = Text(" × ".join(map(make_visible, item.cause)) or "no cause isolated")
            lines.append(line.append(f"  {format_location(item.location, 160)}", style="cyan"))
        more = f"… {len(group) - ITEMS} more, in report.json; " if len(group) > ITEMS else ""
        needed = max((item.trials_needed or 0 for item in group), default=0)
        trials = f" (at most about {format_count(needed, 'more trial')} each)" if needed else ""
        reason = Text(f"{more}{clip(why, 300)}{trials}", style="dim")
        lines.append(Padding(reason, (0, 0, 0, 2), expand=False))
    return lines


def _list_unmeasured(report: Report) -> list[Text]:
    """What could not be tried; entries with the same reason share a line."""
    reasons: dict[str, list[str]] = {}
    for item in report.not_measured:
        reasons.setdefault(item.why, []).append(item.what)
    for factor in report.factors:
        listed = any(factor.name in what for group in reasons.values() for what in group)
        if not factor.measured and not listed:
            reasons.setdefault(factor.why_not or "no reason given", []).append(factor.name)
    return [
        Text(format_list([clip(what, 60) for what in group], 6)).append(
            f": {clip(why, 300)}", style="dim"
        )
        for why, group in reasons.items()
    ] + [
        Text(clip(what, 300)).append(f": {why}", style="dim")
        for what, why in (list_missing(report.coverage) if report.coverage is not None else ())
    ]


def _render_footer(report: Report) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    if any(signal.kind != "route" or signal.covert for signal in report.signals):
        grid.add_row(
            "confidence", "p is corrected for all tests of this audit; alone: for the pair only"
        )
    if any(_depends_on_endpoint(signal) for signal in report.signals):
        grid.add_row(
            "locations", "the provider's host stands for the endpoint that a run configures"
        )
    if report.bits_total > 0:
        most = "" if report.bits_exact else "at most "
        grid.add_row(
            "reveals",
            f"{most}{report.bits_total:.1f} bits in all, if every tried level is equally likely",
        )
    for how, words in summarise_explorations(report.explored):
        grid.add_row(how, words)
    if report.cost is not None:
        grid.add_row("cost", describe_cost(report.cost, report.signals))
    if report.coverage is not None:
        grid.add_row("coverage", describe_coverage(report.coverage))
    if report.noise:
        whys = Counter(item.why for item in report.noise).most_common()
        reasons = [
            clip(why, 60) + (f" ({count:,})" if len(whys) > 1 else "") for why, count in whys
        ]
        locations = format_count(len(report.noise), "location differs", "locations differ")
        grid.add_row("noise", f"{locations} from run to run anyway: {format_list(reasons, 4)}")
    rate = report.calibration.false_positive_rate
    share = f"{rate:.1%}" if rate else "none"
    rates = (
        "too few to estimate how often chance alone would be reported as a signal"
        if rate is None
        else f"{share} of the differences caused by chance alone were reported as signals"
    )
    grid.add_row(
        "calibration",
        f"{format_count(report.calibration.replicates, 'replicate')} of one environment; {rates}",
    )
    if report.hosts:
        grid.add_row("contacted", format_list([clip(host, 60) for host in report.hosts], ITEMS))
    if report.audit:
        grid.add_row("folder", clip(report.audit, 1000))
    return grid


def _depends_on_endpoint(signal: Signal) -> bool:
    """Whether the host of the location may differ from the host contacted in the pair."""
    return bool(signal.location.host) and "endpoint" in {*signal.cause, *signal.pair.context}


def _to_sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."
