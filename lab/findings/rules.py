"""What levels that behave alike have in common, in words: ``ends with .cn``.

A rule is claimed only where it holds for every level of the group and for no other level
that was tried, where it covers at least two levels, and where it is shorter than the list of
them.  It is the simplest such description, not a proof of what the client does: a level that
was not tried may follow another rule.

A level is looked at in several ways (*aspects*): the text itself, the host, path, scheme and
port of a URL, the day of the week of an instant, a zone's offset from UTC, a number.  For each
aspect the shapes are tried: equal, beginning with a part, ending with a part, under a domain,
holding a text, numbers on one side.  Several alternatives of one shape may be joined with *or*
(greedy set cover, Chvátal 1979), if they are fewer than the levels, or if many levels elsewhere
show that they tell something.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from lab.factors.clock import FACTOR as CLOCK
from lab.factors.clock import instant
from lab.factors.timezone import zones
from lab.findings.report import Row, Signal

__all__ = ["rule", "with_rules"]

_MOST_ALTERNATIVES = 6
_SHORTER = 0.8
"""A rule is shorter than the list of levels by a fifth at least."""
_TELLING = 20
"""So many levels elsewhere, for each alternative, make one that covers one level telling."""
_SHORT = 4
"""An alternative that covers one level is that much shorter than it."""
_SHORTEST_TEXT, _CHANCE_TEXT = 2, 4
"""Letters of a text in all levels: of a whole part, and of a piece of one."""
_WEAK = "_ -,"
"""What divides a name rather than a path."""
_PART = re.compile(r"[^/._:=, -]+")
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class _Aspect(msgspec.Struct, frozen=True):
    """One way to look at levels: what it reads in a level (None: nothing), and how it is told.

    ``shapes`` name the kinds of alternatives that make sense for what it reads.
    """

    told: str
    read: Callable[[str], str | None]
    shapes: tuple[str, ...]


def rule(group: Sequence[str], tried: Sequence[str]) -> str | None:
    """What the levels of a group share, of all levels that were ``tried``; None for nothing.

    Deterministic, and independent of the order of the levels.
    """
    inside = sorted(set(group))
    outside = sorted(set(tried) - set(inside))
    if len(inside) < 2 or not outside:
        return None
    longest = _SHORTER * (sum(map(len, inside)) + 2 * len(inside))
    found = [words for words in _descriptions(inside, outside) if len(words) < longest]
    return min(found, key=_alternatives_in, default=None)


def _alternatives_in(words: str) -> tuple[int, bool]:
    """Fewer alternatives first, then what begins or ends; of equal ones the first."""
    return words.count(" or ") + words.count(","), "contains “" in words


def with_rules(signal: Signal) -> Signal:
    """The signal with the rules of its table, where one factor decides, and of its sweeps."""
    table = signal.table
    if len(signal.cause) == 1:
        name = signal.cause[0]
        tried = [row.levels[name] for row in table]
        rules = {
            value: rule([row.levels[name] for row in table if row.value == value], tried)
            for value in {row.value for row in table}
        }
        table = tuple(_with_rule(row, rules[row.value]) for row in table)
    partitions = []
    for partition in signal.partitions:
        every = [level for part in partition.parts for level in part.levels]
        parts = tuple(
            msgspec.structs.replace(part, rule=rule(part.levels, every)) for part in partition.parts
        )
        partitions.append(msgspec.structs.replace(partition, parts=parts))
    return msgspec.structs.replace(signal, table=table, partitions=tuple(partitions))


def _with_rule(row: Row, words: str | None) -> Row:
    return msgspec.structs.replace(row, rule=words)


def _descriptions(inside: Sequence[str], outside: Sequence[str]) -> Iterator[str]:
    """Every description that holds for all inside and none outside."""
    for aspect in _ASPECTS:
        here = [aspect.read(level) for level in inside]
        there = {text for level in outside if (text := aspect.read(level)) is not None}
        if None in here:
            continue
        seen = sorted({text for text in here if text is not None})
        if there.isdisjoint(seen):
            few = len(seen) == 1 or 2 * len(seen) <= len(inside)
            for shape in aspect.shapes:
                if shape == "equal" and not few:
                    continue  # a list of what each of them is tells nothing
                words = _SHAPES[shape](seen, there)
                if words is not None:
                    yield f"{aspect.told}{words}"


# --- shapes: each takes the texts inside and outside, none of them in both -------------------


def _equal(inside: Sequence[str], outside: set[str]) -> str | None:
    return _alternatives("is", inside) if len(inside) <= _MOST_ALTERNATIVES else None


def _begins(inside: Sequence[str], outside: set[str]) -> str | None:
    def starts(text: str) -> Iterator[str]:
        return (text[: part.end() + 1] for part in _PART.finditer(text) if part.end() < len(text))

    return _covered("begins with", inside, outside, starts, str.startswith)


def _ends(inside: Sequence[str], outside: set[str]) -> str | None:
    def ends(text: str) -> Iterator[str]:
        return (text[part.start() - 1 :] for part in _PART.finditer(text) if part.start())

    return _covered("ends with", inside, outside, ends, str.endswith)


def _under(inside: Sequence[str], outside: set[str]) -> str | None:
    """Hosts under a domain of at least two labels."""

    def domains(text: str) -> Iterator[str]:
        labels = text.split(".")
        return (".".join(labels[start:]) for start in range(len(labels) - 1))

    def below(text: str, domain: str) -> bool:
        return text == domain or text.endswith(f".{domain}")

    return _covered("is under", inside, outside, domains, below)


def _same(inside: Sequence[str], outside: set[str]) -> str | None:
    return f"is {inside[0]}" if len(inside) == 1 else None


def _plain(inside: Sequence[str], outside: set[str]) -> str | None:
    return inside[0] if len(inside) == 1 and outside else None


def _contains(inside: Sequence[str], outside: set[str]) -> str | None:
    """A text in all of them: a whole part, or a piece of one too long to be there by chance."""
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


def _compared(inside: Sequence[str], outside: set[str]) -> str | None:
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


def _covered(
    verb: str,
    inside: Sequence[str],
    outside: set[str],
    parts: Callable[[str], Iterator[str]],
    holds: Callable[[str, str], bool],
) -> str | None:
    """Few alternatives that together hold for all inside and none outside."""
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
    if names_each and not (short and len(outside) >= _TELLING * len(chosen)):
        return None
    return _alternatives(verb, sorted(chosen))


def _alternatives(verb: str, texts: Sequence[str]) -> str:
    *most, last = texts
    return f"{verb} {', '.join(most)} or {last}" if most else f"{verb} {last}"


_SHAPES: dict[str, Callable[[Sequence[str], set[str]], str | None]] = {
    "equal": _equal,
    "same": _same,
    "plain": _plain,
    "begins": _begins,
    "ends": _ends,
    "under": _under,
    "contains": _contains,
    "compared": _compared,
}


# --- aspects --------------------------------------------------------------------------------


def _host(level: str) -> str | None:
    try:
        return urlsplit(level).hostname if "://" in level else None
    except ValueError:
        return None


def _name(level: str) -> str | None:
    """The host where it is a name."""
    host = _host(level)
    return None if host is None or _address(host) else host


def _kind_of_host(level: str) -> str | None:
    host = _host(level)
    if host is None:
        return None
    return "an address" if _address(host) else "a name"


def _address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host) is not None
    except ValueError:
        return False


def _domain(level: str) -> str | None:
    """Whether the host's last label has two letters, as those of countries have."""
    name = _name(level)
    if name is None:
        return None
    two = len(name.rpartition(".")[2]) == 2
    return "in a two-letter domain" if two else "in a longer domain"


def _path(level: str) -> str | None:
    return urlsplit(level).path if _host(level) else None


def _port(level: str) -> str | None:
    if not _host(level):
        return None
    return "with a port" if urlsplit(level).port is not None else "without a port"


def _scheme(level: str) -> str | None:
    return urlsplit(level).scheme if _host(level) else None


def _url(level: str) -> str:
    return "a URL" if _host(level) else "no URL"


def _text(level: str) -> str | None:
    return None if _host(level) else level


def _weekday(level: str) -> str | None:
    moment = _instant(level)
    return None if moment is None else _DAYS[moment.weekday()]


def _year(level: str) -> str | None:
    moment = _instant(level)
    return None if moment is None else str(moment.year)


def _instant(level: str) -> datetime | None:
    try:
        return datetime.strptime(level, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def _offset(level: str) -> str | None:
    """The offset of a time zone from UTC at the instant that is the clock's control."""
    zone = level.rpartition("=")[2]
    if zone not in zones():
        return None
    return instant(CLOCK.control).astimezone(zoneinfo.ZoneInfo(zone)).isoformat()[-6:]


def _number(level: str) -> str | None:
    return level if re.fullmatch(r"-?\d{1,18}", level) else None


def _uid(level: str) -> str | None:
    """The number of a user, as a line of the password file has it."""
    return _matched(r"[^:]+:[^:]*:(\d{1,18}):/.*", level)


def _width(level: str) -> str | None:
    """The columns of a terminal, before its lines."""
    return _matched(r"[a-z]+:(\d{1,9})x\d{1,9}(?::.*)?", level)


def _setting(level: str) -> str | None:
    """The number of ``name=number``."""
    return _matched(r"[A-Za-z_-]+[=:](\d{1,18})", level)


def _matched(pattern: str, level: str) -> str | None:
    match = re.fullmatch(pattern, level)
    return match[1] if match else None


_ASPECTS = (
    _Aspect("", _number, ("compared",)),
    _Aspect("uid ", _uid, ("compared",)),
    _Aspect("width ", _width, ("compared",)),
    _Aspect("number ", _setting, ("compared",)),
    _Aspect("day ", _weekday, ("equal",)),
    _Aspect("year ", _year, ("compared", "equal")),
    _Aspect("", _url, ("equal",)),
    _Aspect("host ", _kind_of_host, ("equal",)),
    _Aspect("host ", _name, ("same", "ends", "under", "begins", "contains")),
    _Aspect("host ends ", _domain, ("plain",)),
    _Aspect("path ", _path, ("begins", "contains")),
    _Aspect("scheme ", _scheme, ("equal",)),
    _Aspect("URL ", _port, ("equal",)),
    _Aspect("", _text, ("begins", "ends", "contains")),
    _Aspect("UTC offset ", _offset, ("equal",)),
)
