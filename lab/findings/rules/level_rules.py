"""What levels with the same effect have in common, in words: ``ends with .cn``.

A rule is claimed only where it holds for every level of the group and for no other level
that was tried, where it covers at least two levels, and where it is shorter than the list of
them.  It is the simplest such description, not a proof of what the client does: a level that
was not tried may follow another rule.

Several attributes of a level are read (:mod:`lab.findings.rules.level_attributes`).  For each, the
shapes are tried: equal, beginning with a part, ending with a part, under a domain, containing a
text, numbers on one side.  Several alternatives of one shape may be joined with *or* (greedy set
cover, Chvátal 1979), if they are fewer than the levels, or if many levels outside the group
support them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

import msgspec

from lab.findings.report import Signal, TableRow
from lab.findings.rules.level_attributes import LEVEL_ATTRIBUTES

__all__ = ["add_rules", "describe_levels"]

_MOST_ALTERNATIVES = 6
_SHORTER = 0.8
"""A rule is shorter than the list of levels by a fifth at least."""
_OUTSIDE_PER_ALTERNATIVE = 20
"""Levels outside the group, for each alternative, that support one covering a single level."""
_SHORT = 4
"""An alternative that covers one level is that much shorter than it."""
_SHORTEST_TEXT, _CHANCE_TEXT = 2, 4
"""Letters of a text in all levels: of a whole part, and of a piece of one."""
_WEAK = "_ -,"
"""Separators inside a name, rather than of a path."""
_PART = re.compile(r"[^/._:=, -]+")


def describe_levels(group: Sequence[str], tried: Sequence[str]) -> str | None:
    """What only the levels of a group have in common, of all that were ``tried``; None: nothing.

    Deterministic, and independent of the order of the levels.
    """
    inside = sorted(set(group))
    outside = sorted(set(tried) - set(inside))
    if len(inside) < 2 or not outside:
        return None
    longest = _SHORTER * (sum(map(len, inside)) + 2 * len(inside))
    found = [words for words in _list_descriptions(inside, outside) if len(words) < longest]
    return min(found, key=_count_alternatives, default=None)


def _count_alternatives(words: str) -> tuple[int, bool]:
    """A sort key: fewer alternatives first, then beginnings and endings."""
    return words.count(" or ") + words.count(","), "contains “" in words


def add_rules(signal: Signal) -> Signal:
    """The signal with the rules of its table, where one factor decides, and of its sweeps."""
    table = signal.table
    if len(signal.cause) == 1:
        name = signal.cause[0]
        tried = [row.levels[name] for row in table]
        rules = {
            value: describe_levels([row.levels[name] for row in table if row.value == value], tried)
            for value in {row.value for row in table}
        }
        table = tuple(_set_rule(row, rules[row.value]) for row in table)
    partitions = []
    for partition in signal.partitions:
        every = [level for part in partition.parts for level in part.levels]
        parts = tuple(
            msgspec.structs.replace(part, rule=describe_levels(part.levels, every))
            for part in partition.parts
        )
        partitions.append(msgspec.structs.replace(partition, parts=parts))
    return msgspec.structs.replace(signal, table=table, partitions=tuple(partitions))


def _set_rule(row: TableRow, words: str | None) -> TableRow:
    return msgspec.structs.replace(row, rule=words)


def _list_descriptions(inside: Sequence[str], outside: Sequence[str]) -> Iterator[str]:
    """Every description that holds for all inside and none outside."""
    for attribute in LEVEL_ATTRIBUTES:
        here = [attribute.read(level) for level in inside]
        there = {text for level in outside if (text := attribute.read(level)) is not None}
        if None in here:
            continue
        seen = sorted({text for text in here if text is not None})
        if there.isdisjoint(seen):
            few = len(seen) == 1 or 2 * len(seen) <= len(inside)
            for shape in attribute.shapes:
                if shape == "equal" and not few:
                    continue  # a list of every level is no rule
                words = _SHAPES[shape](seen, there)
                if words is not None:
                    yield f"{attribute.label}{words}"


# --- shapes: each takes the texts inside and outside, none of them in both -------------------


def _describe_equal(inside: Sequence[str], outside: set[str]) -> str | None:
    return _join_alternatives("is", inside) if len(inside) <= _MOST_ALTERNATIVES else None


def _describe_beginning(inside: Sequence[str], outside: set[str]) -> str | None:
    def starts(text: str) -> Iterator[str]:
        return (text[: part.end() + 1] for part in _PART.finditer(text) if part.end() < len(text))

    return _describe_cover("begins with", inside, outside, starts, str.startswith)


def _describe_ending(inside: Sequence[str], outside: set[str]) -> str | None:
    def ends(text: str) -> Iterator[str]:
        return (text[part.start() - 1 :] for part in _PART.finditer(text) if part.start())

    return _describe_cover("ends with", inside, outside, ends, str.endswith)


def _describe_domain(inside: Sequence[str], outside: set[str]) -> str | None:
    """Hosts under a domain of at least two labels."""

    def domains(text: str) -> Iterator[str]:
        labels = text.split(".")
        return (".".join(labels[start:]) for start in range(len(labels) - 1))

    def below(text: str, domain: str) -> bool:
        return text == domain or text.endswith(f".{domain}")

    return _describe_cover("is under", inside, outside, domains, below)


def _describe_single(inside: Sequence[str], outside: set[str]) -> str | None:
    return f"is {inside[0]}" if len(inside) == 1 else None


def _describe_bare(inside: Sequence[str], outside: set[str]) -> str | None:
    return inside[0] if len(inside) == 1 and outside else None


def _describe_content(inside: Sequence[str], outside: set[str]) -> str | None:
    """A text that all contain: a whole part, or a piece too long to be shared by chance."""
    parts = {part[0] for part in _PART.finditer(min(inside, key=len))}
    pieces = {
        part[start : start + size]
        for part in parts
        for size in range(_CHANCE_TEXT, len(part))
        for start in range(len(part) - size + 1)
    }
    for text in sorted({*parts, *pieces}, key=lambda text: (text not in parts, -len(text), text)):
        everywhere = len(text) >= _SHORTEST_TEXT and all(text in other for other in inside)
        if everywhere and not any(text in other for other in outside):
            return f"contains “{text}”"
    return None


def _describe_range(inside: Sequence[str], outside: set[str]) -> str | None:
    """Numbers on one side of all others, or between two of them."""
    here, there = [int(text) for text in inside], [int(text) for text in outside]
    low, high = min(here), max(here)
    below = [number for number in there if number < low]
    above = [number for number in there if number > high]
    if not there or any(low <= number <= high for number in there):
        return None
    if not below:
        return f"is at most {high}"
    return f"is {low} to {high}" if above else f"is at least {low}"


def _describe_cover(
    verb: str,
    inside: Sequence[str],
    outside: set[str],
    parts: Callable[[str], Iterator[str]],
    holds: Callable[[str, str], bool],
) -> str | None:
    """A few alternatives that together hold for all inside and none outside."""
    candidates = sorted({part for text in inside for part in parts(text)})
    possible = {
        part: {text for text in inside if holds(text, part)}
        for part in candidates
        if not any(holds(text, part) for text in outside)
    }
    left = set(inside)
    chosen: list[str] = []
    while left:
        ranked = [
            (-len(held & left), part[0] in _WEAK or part[-1] in _WEAK, len(part), part)
            for part, held in possible.items()
        ]
        gain, _, _, best = min(ranked, default=(0, False, 0, ""))
        if not gain or len(chosen) == _MOST_ALTERNATIVES:
            return None
        chosen.append(best)
        left -= possible[best]
    names_each = len(chosen) >= len(inside)
    short = _SHORT * sum(map(len, chosen)) <= sum(map(len, inside))
    if names_each and not (short and len(outside) >= _OUTSIDE_PER_ALTERNATIVE * len(chosen)):
        return None
    return _join_alternatives(verb, sorted(chosen))


def _join_alternatives(verb: str, texts: Sequence[str]) -> str:
    *most, last = texts
    return f"{verb} {', '.join(most)} or {last}" if most else f"{verb} {last}"


_SHAPES: dict[str, Callable[[Sequence[str], set[str]], str | None]] = {
    "equal": _describe_equal,
    "same": _describe_single,
    "plain": _describe_bare,
    "begins": _describe_beginning,
    "ends": _describe_ending,
    "under": _describe_domain,
    "contains": _describe_content,
    "compared": _describe_range,
}
