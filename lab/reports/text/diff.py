"""Two texts side by side: where they differ, in the context of some words.

Texts may be a whole megabyte and come from an untrusted client.  The common beginning and
end are set aside first; only what is left between is compared, and only a few words
around the first difference are shown.  Everything returned is safe to print
(:mod:`lab.reports.text.safe`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

import msgspec
from rich.cells import cell_len

from lab.findings.covert.code_points import describe_code_point
from lab.reports.text.safe import clip, clip_end, join_marks, make_visible, mark_characters

__all__ = ["Span", "TextDiff", "compare_texts", "label_texts"]

_COMPARED = 400
"""Longer middles are shown as one difference: comparing takes quadratic time."""
_JOINED = 3
"""Differences with no more than so many equal characters between them are one."""
_NAMED = 2
"""Labels spell out no more code points than this."""
_LEAST = 12
"""Cells that a differing stretch gets at least, so that spelled-out spaces fit."""
_UNSEEN = re.compile("^ +| +$| {2,}")
"""Spaces that a reader does not notice."""
_BLOCK = 4096


class Span(msgspec.Struct, frozen=True):
    """A piece of the text that is printed; ``differs`` where the other side has something else."""

    text: str
    differs: bool = False


class TextDiff(msgspec.Struct, frozen=True):
    """The first differences of two texts, from both sides.

    ``changes`` counts all differences, ``shown`` those within the two sides.
    """

    left: tuple[Span, ...]
    right: tuple[Span, ...]
    changes: int
    shown: int


def compare_texts(left: str, right: str, cells: int) -> TextDiff:
    """The difference between two texts, in the context of some words.

    Args:
        left: The first text.
        right: The second text.
        cells: The width of each side in cells.
    """
    begin = _measure_common_start(left, right)
    end = _measure_common_end(left, right, begin)
    middle = _find_changes(left[begin : len(left) - end], right[begin : len(right) - end])
    places = [tuple(begin + offset for offset in place) for place in middle]
    before = left[: places[0][0]] if places else left
    lead = _render_before(before, cells // 3 if places else cells)
    left_side, left_shown = _render_side(left, [(p[0], p[1]) for p in places], lead, cells)
    right_side, right_shown = _render_side(right, [(p[2], p[3]) for p in places], lead, cells)
    return TextDiff(
        left=left_side,
        right=right_side,
        changes=len(places),
        shown=min(left_shown, right_shown),
    )


def label_texts(values: Sequence[str], cells: int) -> tuple[str, ...]:
    """A label about ``cells`` wide for each of several distinct texts; no two look alike.

    Long texts are reduced to a few words around the first difference, and
    unusual code points that only some of them hold are spelled out behind.
    """
    found = _label_group(values, cells)
    alike: dict[str, list[str]] = {}
    for value in values:
        alike.setdefault(found[value], []).append(value)
    result: list[str] = []
    for value in values:
        label = found[value]
        if len(alike[label]) > 1:
            label = f"{label} #{alike[label].index(value) + 1}"
        while label in result:
            label += "′"
        result.append(label)
    return tuple(result)


def _label_group(values: Sequence[str], cells: int) -> dict[str, str]:
    """Labels, some of them perhaps alike still.

    Texts that look alike next to the others share a beginning that is longer than theirs:
    among themselves they are distinguished by what follows it.
    """
    begin = min((_measure_common_start(values[0], value) for value in values[1:]), default=0)
    found = {value: _label_text(value, values, begin, cells) for value in values}
    groups: dict[str, list[str]] = {}
    for value, label in found.items():
        groups.setdefault(label, []).append(value)
    for group in groups.values():
        if 1 < len(group) < len(values):
            found |= _label_group(group, cells)
    return found


def _label_text(value: str, values: Sequence[str], begin: int, cells: int) -> str:
    odd = _name_unusual(value[begin : begin + _COMPARED], values)
    cells = max(cells - cell_len(odd), cells // 2)
    label = make_visible(value) if len(value) <= cells else ""
    if not label or cell_len(label) > cells:
        after = cell_len(_render_after(value[begin:], cells - cells // 3))
        lead = _render_before(value[:begin], cells - after)
        label = lead + _render_after(value[begin:], cells - cell_len(lead))
    if len(values) > 1 or not value.strip(" "):
        label = _UNSEEN.sub(lambda run: _format_spaces(len(run[0])), label)
    return label + odd


def _format_changed(text: str, cells: int) -> str:
    """A differing stretch; where it is only spaces, which colour cannot show, in words."""
    return clip(text, cells) if text.strip(" ") or not text else _format_spaces(len(text))


def _format_spaces(count: int) -> str:
    return f"⟨SPACE ×{count}⟩" if count > 1 else "⟨SPACE⟩"


def _name_unusual(text: str, values: Sequence[str]) -> str:
    """The first few characters beyond ASCII that some values lack, in words."""
    odd = dict.fromkeys(c for c in text if not c.isascii() and c.isprintable())
    lacking = [c for c in odd if any(c not in value for value in values)]
    if not lacking or len(lacking) > _NAMED:
        return ""
    return f" ({', '.join(map(describe_code_point, lacking))})"


def _render_side(
    text: str, places: Sequence[tuple[int, int]], lead: str, cells: int
) -> tuple[tuple[Span, ...], int]:
    """One side from the words before the first difference on, and how many it shows."""
    spans = [Span(lead)]
    room = cells - cell_len(lead)
    shown = 0
    position = places[0][0] if places else len(text)
    for start, stop in places:
        between = make_visible(text[position:start]) if start - position <= room else None
        if between is None or cell_len(between) + _LEAST > room:
            break
        room -= cell_len(between)
        changed = _format_changed(text[start:stop], max(room - room // 4, 2))
        spans += [Span(between), Span(changed, differs=True)]
        room -= cell_len(changed)
        position, shown = stop, shown + 1
    spans.append(Span(_render_after(text[position:], room)))
    return tuple(span for span in spans if span.text), shown


def _render_after(rest: str, cells: int) -> str:
    """The beginning of ``rest``, to the end of its line and at most ``cells`` wide."""
    if cells <= 0:
        return ""
    piece = rest[: cells + 1]
    line = piece.partition("\n")[0]
    shown = join_marks(mark_characters(line))
    if line == rest and cell_len(shown) <= cells:
        return shown
    return clip_end(line, cells - 1) + "…"


def _render_before(before: str, cells: int) -> str:
    """The words before a difference, on its line, from a word on, at most ``cells`` wide."""
    start = before.rfind("\n", max(len(before) - cells, 0)) + 1
    kept = before[max(start, len(before) - cells) :]
    if kept == before and cell_len(join_marks(mark_characters(kept))) <= cells:
        return join_marks(mark_characters(kept))
    while kept and cell_len(join_marks(mark_characters(kept))) > cells - 1:
        kept = kept[1:]
    if start and len(before) - start == len(kept):
        return "…" + make_visible(kept)
    words = kept.partition(" ")[2]
    return "…" + make_visible(words if 2 * len(words) > len(kept) else kept)


def _find_changes(left: str, right: str) -> list[tuple[int, int, int, int]]:
    """The differing stretches of two texts, as offsets into both."""
    if not left and not right:
        return []
    whole = [(0, len(left), 0, len(right))]
    if max(len(left), len(right)) > _COMPARED or not left or not right:
        return whole
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    if matcher.ratio() < 0.6:
        return whole
    places: list[tuple[int, int, int, int]] = []
    for operation, i1, i2, j1, j2 in matcher.get_opcodes():
        if operation == "equal":
            continue
        if places and i1 - places[-1][1] <= _JOINED:
            a1, _, b1, _ = places.pop()
            i1, j1 = a1, b1
        places.append((i1, i2, j1, j2))
    return places


def _measure_common_start(left: str, right: str) -> int:
    """Length of the common beginning."""
    limit = min(len(left), len(right))
    done = 0
    while done < limit and left[done : done + _BLOCK] == right[done : done + _BLOCK]:
        done += _BLOCK
    if done >= limit:
        return limit
    for index in range(done, limit):
        if left[index] != right[index]:
            return index
    return limit


def _measure_common_end(left: str, right: str, begin: int) -> int:
    """Length of the common end, not overlapping the first ``begin`` characters."""
    return min(
        _measure_common_start(left[begin:][::-1], right[begin:][::-1]),
        len(left) - begin,
        len(right) - begin,
    )
