"""What a sweep found for one signal, for a person at a terminal: levels by what is sent.

A group may have hundreds of levels, so a line has the rule that its levels share, or a few of
their names and their number; ``report.json`` has all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from lab.findings.report import ExplorationSummary, LevelGroup, Partition
from lab.reports.text.diff import label_texts
from lab.reports.text.phrases import (
    EMPTY_LEVEL,
    EMPTY_TEXT,
    NOTHING,
    format_count,
    format_list,
    format_setting,
)
from lab.reports.text.safe import clip, make_visible
from lab.reports.text.wrapping import wrap

__all__ = ["render_sweeps", "summarise_explorations"]

PARTS = 8
"""Parts of a partition that are shown."""
LEVELS = 4
"""Levels that a part without a rule lists."""
GAP = 2


def render_sweeps(
    partitions: Iterable[Partition], width: int, *, full: bool = False
) -> RenderableType:
    """One table for each partition; nothing without partitions.

    Args:
        partitions: What sweeps found for one signal.
        width: The width of the lines in cells.
        full: Print every group and level.
    """
    blocks: list[RenderableType] = []
    for partition in partitions:
        blocks += [
            Text(_format_title(partition, width), style="dim"),
            _render_table(partition, width, full=full),
        ]
        hidden = 0 if full else len(partition.parts) - PARTS
        if hidden > 0:
            blocks.append(Text(f"… {hidden} more, in report.json", style="dim"))
        if partition.uncertain:
            names = format_list(
                [_format_level(level, width) for level in partition.uncertain], LEVELS
            )
            blocks.append(Text(f"trials differ for: {names}", style="dim"))
        blocks.append(Text())
    return Group(*blocks)


def _format_title(partition: Partition, width: int) -> str:
    all_ = "all " if partition.levels == partition.of else f"{partition.levels:,} of "
    levels = f"{all_}{format_count(partition.of, 'level')}"
    words = f"swept over {levels} of {make_visible(partition.factor)}"
    words += f" in {format_count(partition.trials, 'trial')}"
    if partition.context:
        shared = ", ".join(format_setting(name, x, width) for name, x in partition.context.items())
        words += f", with {shared}"
    return "\n".join(wrap(words, width))


def _render_table(partition: Partition, width: int, *, full: bool) -> RenderableType:
    """Each value, and below it the levels that send it."""
    parts = partition.parts if full else partition.parts[:PARTS]
    if len(partition.parts) == partition.levels > 1:
        return Text("each level sends a text of its own")
    counts = [format_count(len(part.levels), "level") for part in parts]
    room = width - max(map(cell_len, counts)) - GAP
    lines: list[RenderableType] = []
    for part, text, count in zip(parts, _label_values(parts, room), counts, strict=True):
        lines.append(Text("\n".join(wrap(text, room))).append(f"  {count}", style="dim"))
        levels = "\n".join(wrap(_format_levels(part, width - GAP, full=full), width - GAP))
        lines.append(Padding(Text(levels), (0, 0, 0, GAP), expand=False))
    return Group(*lines)


def _format_levels(part: LevelGroup, width: int, *, full: bool) -> str:
    if part.rule is not None and not full:
        return clip(part.rule, width)
    most = len(part.levels) if full else LEVELS
    names = format_list([_format_level(level, width) for level in part.levels], most)
    return names if part.rule is None else f"{clip(part.rule, width)}: {names}"


def _format_level(level: str, width: int) -> str:
    return clip(level or EMPTY_LEVEL, width)


def _label_values(parts: Sequence[LevelGroup], cells: int) -> list[str]:
    distinct = [part.value for part in parts if part.value is not None]
    shown = dict(zip(distinct, label_texts(distinct, cells), strict=True))
    return [NOTHING if part.value is None else shown[part.value] or EMPTY_TEXT for part in parts]


def summarise_explorations(explored: Iterable[ExplorationSummary]) -> Iterable[tuple[str, str]]:
    """For each sweep and search its name, and what it tried, cost and found."""
    for item in explored:
        places = len(item.contexts)
        words = f"{make_visible(item.factor)}: {format_count(item.levels, 'level')}"
        words += f" in {format_count(places, 'context')}" if places > 1 else ""
        words += f", for {format_count(item.trials, 'trial')}"
        found = [clip(level, 80) for level in item.found]
        words += f"; found {format_list(found, LEVELS)}" if found else "; found no new level"
        yield item.how, words + (f" ({clip(item.why_not, 200)})" if item.why_not else "")
