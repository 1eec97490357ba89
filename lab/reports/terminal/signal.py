"""One signal for a person at a terminal, as :mod:`lab.reports.terminal.audit` lists them.

It prints the cause, the location, both texts of the minimal pair with the difference marked
and its code points named, the decision table (:mod:`lab.reports.terminal.decision_table`), the
confidence, what the signal reveals, and the commands that reproduce it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lab.findings.report import Difference, Signal
from lab.reports.terminal.decision_table import measure_value, render_decision_table
from lab.reports.terminal.sweep import render_sweeps
from lab.reports.text.diff import Span, TextDiff, compare_texts
from lab.reports.text.phrases import (
    EMPTY_TEXT,
    NOTHING,
    build_pair_commands,
    format_cause,
    format_count,
    format_location,
    format_setting,
)
from lab.reports.text.safe import clip, make_visible
from lab.reports.text.wrapping import wrap

__all__ = ["format_kind", "write_commands", "write_signal"]

NAMED = 4
"""Kinds of difference whose code points are named."""
LABEL = 12
"""Width of the labels of the last lines: ``confidence``, ``reproduce``."""
CHANCE = 1e-6
"""The expected number of chance findings from which on it is printed with the confidence."""
_ASCII = re.compile("U\\+00[0-7][0-9A-F] ")


def write_signal(
    number: int,
    signal: Signal,
    client: str,
    console: Console,
    *,
    full: bool = False,
    sides: tuple[str, str] | None = None,
) -> None:
    """Print one signal.

    Args:
        number: Its number in the list.
        signal: The signal.
        client: How the user names the client on the command line.
        console: Where to print.
        full: Print every line and level of the decision table.
        sides: Names of the two environments, where the caller chose them (a comparison).  The
            caller then prints the commands, and there is no decision table.
    """
    indent = len(str(number)) + 2
    width = console.width - indent
    console.print(_format_title(number, signal))
    blocks = [_render_location(signal, width)]
    blocks.append(_render_pair(signal, width, sides, plain=console.color_system is None))
    if sides is None:
        blocks.append(Group(render_decision_table(signal, width, full=full), Text()))
        blocks.append(render_sweeps(signal.partitions, width, full=full))
    for block in (*blocks, _render_facts(signal, width)):
        console.print(Padding(block, (0, 0, 0, indent), expand=False))
    if sides is None:
        write_commands(build_pair_commands(client, signal), console, indent)


def write_commands(
    commands: tuple[Sequence[str], Sequence[str]], console: Console, indent: int = 0
) -> None:
    """Print the two commands that reproduce a minimal pair.

    Args:
        commands: Both commands, each as words.
        console: Where to print.
        indent: Spaces before each line.
    """
    width = console.width - indent
    for words in commands:
        # soft_wrap: a word that is too long for a line must still copy as one word.
        console.print(_format_command("reproduce", words, width, indent), soft_wrap=True)


def _format_title(number: int, signal: Signal) -> Text:
    title = Text(f"{number}  ", style="bold")
    if signal.covert:
        title.append(" COVERT ", style="bold white on red")
        title.append(" ")
    title.append(format_cause(signal), style="bold")
    return title.append(f"  {format_kind(signal)}", style="dim")


def format_kind(signal: Signal) -> str:
    """``encoded, sha256[:16]``: how the signal follows from its cause."""
    return f"{signal.kind}, {clip(signal.encoding, 60)}" if signal.encoding else signal.kind


def _render_location(signal: Signal, width: int) -> RenderableType:
    where = Text("\n".join(wrap(format_location(signal.location, 3 * width), width)), style="cyan")
    more = len(signal.fields) - 1
    if more > 0:
        where.append(f"\nand in {format_count(more, 'more location')}", style="dim")
    return Group(where, Text())


def _render_pair(
    signal: Signal, width: int, sides: tuple[str, str] | None, *, plain: bool
) -> RenderableType:
    """Both sides of the minimal pair, the differing part marked, code points named."""
    pair = signal.pair
    levels = pair.left_level, pair.right_level
    names = sides or [format_setting(pair.factor, level, width) for level in levels]
    column = max(map(cell_len, names)) + 2
    # A level is never cut to make room: where level and text do not fit on one line, the text
    # is on the next line.
    widest = max(measure_value(value, width) for value in (pair.left_value, pair.right_value))
    below = column > width // 2 and column + widest > width
    column = 2 if below else column
    seen = compare_texts(pair.left_value or "", pair.right_value or "", width - column)
    lines: list[Text] = []
    for name, value, spans, colour in (
        (names[0], pair.left_value, seen.left, "green"),
        (names[1], pair.right_value, seen.right, "red"),
    ):
        lines += [Text(name, style="dim")] if below else []
        before = "" if below else name
        line = Text(before + " " * (column - cell_len(before)), style="dim")
        for span in spans if value else ():
            line.append(span.text, style=f"not dim bold {colour}" if span.differs else "not dim")
        if not value:
            line.append(NOTHING if value is None else EMPTY_TEXT)
        lines.append(line)
        # Without colour, and where it is not simply all of it, arrows point at the part.
        if plain and value and not all(span.differs for span in spans):
            lines += [Text(" " * column + arrows)] if (arrows := _draw_arrows(spans)) else []
    lines += _name_code_points(signal, seen)
    if pair.context and sides is None:
        shared = ", ".join(
            format_setting(name, level, width) for name, level in pair.context.items()
        )
        lines.append(Text("\n".join(wrap(f"both with {shared}", width)), style="dim"))
    return Group(*lines, Text())


def _draw_arrows(spans: Sequence[Span]) -> str:
    """A line of arrows under the differing parts of the line above."""
    return "".join(("^" if span.differs else " ") * cell_len(span.text) for span in spans).rstrip()


def _name_code_points(signal: Signal, seen: TextDiff) -> list[Text]:
    """The differing code points by name, each kind of difference once.

    Ordinary letters are named only where the signal is covert: a reader sees the others.
    """
    named = Counter(
        difference
        for difference in signal.pair.differences
        if signal.covert or difference.invisible or _is_unusual(difference)
    )
    lines: list[Text] = []
    for difference, times in list(named.items())[:NAMED]:
        left, right = (
            make_visible(", ".join(side[:3])) + (" …" if len(side) > 3 else "") if side else NOTHING
            for side in (difference.left, difference.right)
        )
        line = Text(f"{left} → {right}", style="bold")
        if why := difference.why or ("invisible" if difference.invisible else ""):
            line.append(f"  {why}", style="red" if difference.invisible else "dim")
        if times > 1:
            line.append(f"  ×{times}", style="dim")
        lines.append(line)
    if len(named) > NAMED:
        lines.append(Text(f"… {format_count(len(named) - NAMED, 'more difference')}", style="dim"))
    elif not named and seen.changes > seen.shown > 0:
        more = format_count(seen.changes - seen.shown, "more location")
        lines.append(Text(f"… and they differ in {more}", style="dim"))
    return lines


def _is_unusual(difference: Difference) -> bool:
    """Whether the difference has code points beyond ASCII."""
    return not all(map(_ASCII.match, (*difference.left, *difference.right)))


def _render_facts(signal: Signal, width: int) -> Table:
    grid = Table.grid(pad_edge=False)
    grid.add_column(style="dim", width=LABEL, no_wrap=True)
    grid.add_column()
    for label, words in _list_facts(signal):
        room = width - LABEL
        grid.add_row(label, "\n".join(wrap(clip(words, 4 * room), room)))
    return grid


def _list_facts(signal: Signal) -> Iterator[tuple[str, str]]:
    trials = sum(row.trials for row in signal.table)
    dissenting = sum(row.dissenting for row in signal.table)
    against = f" ({dissenting} against it)" if dissenting else ""
    yield (
        "confidence",
        f"p = {signal.p_adjusted:.2g} corrected ({signal.p_value:.2g} alone), "
        f"{format_count(trials, 'trial')}, {signal.replicates} or more a side{against}",
    )
    if signal.chance is not None and signal.chance >= CHANCE:
        yield "chance", f"{signal.chance:.1g} such findings expected in noise of this length"
    if signal.bits > 0:
        yield "reveals", f"{signal.bits:.1f} bits"
    if signal.documented:
        yield "documented", signal.documented


def _format_command(label: str, words: Sequence[str], width: int, indent: int) -> Text:
    """A command to copy: on one line where it fits, else continued with backslashes."""
    lines = [""]
    for word in words:
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1] and cell_len(joined) > width - LABEL - 2:
            lines.append("  " + word)
        else:
            lines[-1] = joined
    text = Text(" " * indent)
    text.append(label.ljust(LABEL), style="dim")
    return text.append(f" \\\n{' ' * (indent + LABEL)}".join(lines))
