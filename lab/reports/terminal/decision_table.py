"""The decision table of a signal, for a person at a terminal.

One factor: columns.  Several: for each text the conditions under which it is sent.  Levels with
the same effect share a line, described by their rule where that is shorter than their names
(``host ends with .cn``, :mod:`lab.findings.rules.level_rules`).  A line that has all levels which
the others do not name says so in a few words (``unset and the 9 others``) instead of listing
them.  Only levels that ran are stated: a level is an exception (``all but x``) only where it ran
under the same conditions, and combinations about which the table says nothing are named below it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lab.findings.report import Signal
from lab.findings.rules.level_rules import describe_levels
from lab.reports.terminal.fold_table import FoldedLine, fold
from lab.reports.text.coverage_phrases import format_levels
from lab.reports.text.diff import label_texts
from lab.reports.text.phrases import EMPTY_LEVEL, EMPTY_TEXT, NOTHING, format_count, format_list
from lab.reports.text.safe import clip, make_visible
from lab.reports.text.wrapping import wrap

__all__ = ["measure_value", "render_decision_table"]

ROWS = 10
"""Lines of a decision table that are shown."""
LEVELS = 6
"""Levels that a line of a decision table lists."""
FEW = 3
"""So many levels are named rather than counted."""
LEVEL_WIDTH = 60
"""The greatest width of a level that is named below the table."""
NARROWEST = 12
"""Cells that a text gets at least."""
GAP = 2


def render_decision_table(signal: Signal, width: int, *, full: bool = False) -> RenderableType:
    """The decision table of a signal.

    Args:
        signal: The signal.
        width: The width of the lines in cells.
        full: Print every line and level.
    """
    lines = fold(signal.table, signal.cause)
    shown = lines if full else lines[:ROWS]
    hidden = len(lines) - len(shown)
    parts = (
        [_render_columns(shown, signal.cause[0], hidden, width, full=full)]
        if len(signal.cause) == 1
        else _render_paragraphs(shown, signal, width, full=full)
    )
    if hidden:
        parts.append(Text(f"… {hidden} more, in report.json", style="dim"))
    if signal.missing_count:
        parts.append(Text("\n".join(wrap(_describe_missing(signal), width)), style="dim"))
    return Group(*parts)


def _describe_missing(signal: Signal) -> str:
    """The combinations about which the table says nothing, a few by name."""
    if len(signal.cause) == 1:
        named = [_format_level(one[signal.cause[0]], LEVEL_WIDTH) for one in signal.missing]
    else:
        named = [format_levels(one) for one in signal.missing]
    shown = ", ".join(named[:LEVELS])
    more = signal.missing_count - min(len(named), LEVELS)
    return f"no trial shows: {shown}{f' and {more} more' if more else ''}"


def _render_columns(
    lines: Sequence[FoldedLine], factor: str, hidden: int, width: int, *, full: bool
) -> RenderableType:
    tried = [level for line in lines for level in line.levels[factor]]
    trials = [_format_trials(line.trials, line.dissenting) for line in lines]
    room = width - max(map(cell_len, ("in", *trials))) - 2 * GAP
    groups = [_format_group(line.levels[factor], tried, room, full=full) for line in lines]
    order = list(range(len(lines)))
    rest = max(order, key=lambda number: len(lines[number].levels[factor]))
    # Levels that the other lines do not name need no names; only one line can be so.
    if not hidden and not full and len(lines) > 1 and cell_len(groups[rest]) > room // 2:
        group = lines[rest].levels[factor]
        named = f"{_format_level(group[0], room)} and the {len(group) - 1} others"
        unnamed = f"the {len(group)} others"
        free = room - max(measure_value(line.value, room // 2) for line in lines)
        fitting = [words for words in (groups[rest], named) if cell_len(words) <= free]
        if len(group) > FEW and not fitting:
            order.sort(key=lambda number: number == rest)
        if len(group) > FEW:
            groups[rest] = min(fitting, key=len) if fitting else unnamed
    wanted = max(map(cell_len, (make_visible(factor), *groups)))
    sent = _label_values(lines, max(room - wanted, room * 2 // 5, NARROWEST))
    texts = [_format_value(line.value, sent) for line in lines]
    needed = max(map(cell_len, ("sends", *(text.plain for text in texts))))
    first = min(wanted, max(room - needed, room // 2))
    table = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim underline")
    table.add_column("\n".join(wrap(make_visible(factor), first)), no_wrap=True)
    table.add_column("sends", no_wrap=True)
    table.add_column("in", style="dim", no_wrap=True)
    for number in order:
        value = "\n".join(wrap(texts[number].plain, room - first))
        table.add_row(
            Text("\n".join(wrap(groups[number], first))),
            Text(value, style=texts[number].style),
            trials[number],
        )
    return table


def _render_paragraphs(
    lines: Sequence[FoldedLine], signal: Signal, width: int, *, full: bool
) -> list[RenderableType]:
    tried = {
        name: list(dict.fromkeys(row.levels.get(name, "") for row in signal.table))
        for name in signal.cause
    }
    ran = [row.levels for row in signal.table]
    sent = _label_values(lines, max(width - 32, NARROWEST))
    parts: list[RenderableType] = []
    for value in dict.fromkeys(line.value for line in lines):
        alike = [line for line in lines if line.value == value]
        trials = _format_trials(sum(x.trials for x in alike), sum(x.dissenting for x in alike))
        text = _format_value(value, sent)
        room = max(width - cell_len(trials) - GAP, NARROWEST)
        words = Text("\n".join(wrap(text.plain, room)), style=text.style)
        parts.append(words.append(f"  {trials}", style="dim"))
        for number, line in enumerate(alike):
            parts += [Text("or", style="dim")] if number else []
            parts.append(_render_conditions(line, tried, ran, width, full=full))
    return parts


def _render_conditions(
    line: FoldedLine,
    tried: Mapping[str, Sequence[str]],
    ran: Sequence[Mapping[str, str]],
    width: int,
    *,
    full: bool,
) -> RenderableType:
    names = {factor: make_visible(factor) for factor in line.levels}
    room = max(width - 2 - GAP - max(map(cell_len, names.values())), NARROWEST)
    grid = Table.grid(padding=(0, GAP, 0, 0), pad_edge=False)
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(no_wrap=True)
    for factor, group in line.levels.items():
        here = _list_run_with(line, factor, tried[factor], ran)
        words = _format_group(group, tried[factor], room, ran=here, full=full)
        grid.add_row(names[factor], "\n".join(wrap(words, room)))
    if line.tried < line.combinations:
        tries = f"tried: {line.tried} of these {line.combinations} combinations"
        grid.add_row("", Text("\n".join(wrap(tries, room)), style="dim"))
    return Padding(grid, (0, 0, 0, 2), expand=False)


def _list_run_with(
    line: FoldedLine, factor: str, tried: Sequence[str], ran: Sequence[Mapping[str, str]]
) -> list[str]:
    """The levels of a factor that ran together with the other levels of a line."""
    others = [(name, group) for name, group in line.levels.items() if name != factor]
    found = {
        levels.get(factor, "")
        for levels in ran
        if all(levels.get(name, "") in group for name, group in others)
    }
    return [level for level in tried if level in found]


def _format_group(
    group: Sequence[str],
    tried: Sequence[str],
    width: int,
    *,
    ran: Sequence[str] | None = None,
    full: bool,
) -> str:
    """The levels of one factor with the same effect, in the fewest words.

    Args:
        group: The levels.
        tried: All levels of the factor in the table.
        width: The width of the longest level in cells.
        ran: Those that ran under the same conditions, so that the others are no exceptions; all
            if None.
        full: Name every level.
    """
    others = [level for level in tried if level not in group]
    contrast = others if ran is None else [level for level in others if level in ran]
    if not others and len(group) > 2:
        return f"any of the {len(tried)} tried"
    limit = len(tried) if full else LEVELS
    rest = len(group) > LEVELS and len(others) <= LEVELS and contrast == others
    named = [_format_level(level, width) for level in (others if rest else group)]
    words = f"all but {format_list(named, limit)}" if rest else format_list(named, limit)
    shared = None if full or len(group) <= FEW else describe_levels(group, [*group, *contrast])
    if shared is not None and len(shared) < len(words):
        words, rest = clip(shared, max(width, NARROWEST)), True
    words = f"{words} ({len(group)} of {len(tried)})" if rest else words
    if len(contrast) == len(others):
        return words
    not_run = [_format_level(level, width) for level in others if level not in contrast]
    return f"{words}; did not run with these: {format_list(not_run, limit)}"


def _format_level(level: str, width: int) -> str:
    return clip(level or EMPTY_LEVEL, max(width, NARROWEST))


def measure_value(value: str | None, most: int) -> int:
    """The width of a value in cells, at most ``most``."""
    words = NOTHING if value is None else make_visible(value[: most + 1]) or EMPTY_TEXT
    return min(cell_len(words), most)


def _label_values(lines: Sequence[FoldedLine], cells: int) -> Mapping[str, str]:
    """A short, distinct text for each value that some line sends."""
    distinct = list(dict.fromkeys(line.value for line in lines if line.value is not None))
    return dict(zip(distinct, label_texts(distinct, cells), strict=True))


def _format_value(value: str | None, sent: Mapping[str, str]) -> Text:
    if value is None:
        return Text(NOTHING, style="dim")
    return Text(sent[value] or EMPTY_TEXT)


def _format_trials(trials: int, dissenting: int) -> str:
    against = f", {dissenting} against" if dissenting else ""
    return f"{format_count(trials, 'trial')}{against}"
