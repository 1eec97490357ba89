"""Levels that are nearly another one: where a rule that is a little off shows.

A rule about a level is written in a few ways: a list of names, the end or the beginning of a
name, a comparison that does or does not heed letter case, a number and a bound.  For each of
these there are levels on the other side of the rule that look much like this one: a part left
out or put before, other letter case, one more and one less, the same in another form, and
what stands beside it in a list.  Which of them a factor can have, its own ``parse`` decides.
"""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from itertools import chain
from typing import TypeVar
from urllib.parse import urlsplit

from lab.experiment.search.level_variants import simplify_level
from lab.factors.factor import Factor

__all__ = ["interleave", "is_plausible", "neighbouring_levels"]

T = TypeVar("T")

_MAX_SIMILAR = 12
_FORM = re.compile(r"[A-Za-z]+[=:](?=[^/])")
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[A-Za-z0-9]+")
_INSTANTS = (datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC))


@lru_cache(maxsize=1024)
def neighbouring_levels(item: Factor, level: str) -> tuple[str, ...]:
    """Levels that are nearly this one, itself left out; the likeliest to matter first."""
    found: dict[str, None] = {}
    likely = chain(
        _spelling_variants(level),
        _form_variants(item, level),
        simplify_level(item, level),
        _similar_levels(item, level),
    )
    for text in likely:
        if not is_plausible(item, text):
            continue
        try:
            found[item.parse(text)] = None
        except ValueError:
            continue
    found.pop(level, None)
    return tuple(found)


def is_plausible(item: Factor, text: str) -> bool:
    """Whether a text may be a level at all, where that is a matter of being in a list.

    The factor's own ``parse`` decides; but what it says to a wrong one takes a search through
    its list, for every one of thousands of texts.
    """
    if item.every is None or item.routes:
        return True
    value = text.rpartition("=")[2]
    return value in _enumerated_levels(item) or text in item.levels


@lru_cache(maxsize=32)
def _enumerated_levels(item: Factor) -> frozenset[str]:
    return frozenset(item.every() if item.every else ())


def _spelling_variants(level: str) -> Iterator[str]:
    """The same in other letters, longer, shorter, and with its numbers one off."""
    if "://" in level:
        yield from _url_variants(level)
    yield from (level.lower(), level.upper(), level.swapcase(), level.title())
    yield from (f"{level}{level[-1]}", level[:-1], f"x{level}", level[1:], f"{level}-x")
    for number in _NUMBER.finditer(level):
        for other in (int(number[0]) + 1, int(number[0]) - 1):
            if other >= 0:
                yield f"{level[: number.start()]}{other}{level[number.end() :]}"


def _url_variants(level: str) -> Iterator[str]:
    """Hosts below, above and beside a URL's own, and the URL with more and less around it."""
    parts = urlsplit(level)
    host = parts.hostname or ""
    port = "" if parts.port is None else f":{parts.port}"
    first, _, above = host.partition(".")
    other = "http" if parts.scheme == "https" else "https"
    tail = f"{port}{parts.path}"
    yield f"{parts.scheme}://eu.{host}{tail}"
    yield f"{parts.scheme}://x{host}{tail}"
    yield f"{parts.scheme}://{host}:8443{parts.path}"
    yield f"{parts.scheme}://{host}.example.net{tail}"
    yield f"{other}://{host}{tail}"
    yield f"{parts.scheme}://{above}{tail}"
    # The name in another place than that of the host.
    yield f"https://models.example.net/{host}"
    yield f"{parts.scheme}://{host}{port}/x"
    for near_by in (f"{first}x.{above}", f"{host}x", f"{host.rpartition('.')[0]}.example"):
        yield f"{parts.scheme}://{near_by}{tail}"
    yield f"{parts.scheme}://{host.replace('.', '-')}{tail}"


def _form_variants(item: Factor, level: str) -> Iterator[str]:
    """The same value in the factor's other forms, such as ``TZ=`` before a zone."""
    own = _FORM.match(level)
    value = level[own.end() :] if own else level
    yield value
    for named in item.levels:
        if form := _FORM.match(named):
            yield f"{form[0]}{value}"


def _similar_levels(item: Factor, level: str) -> Iterator[str]:
    """Levels of the factor's lists that share most with this one."""
    every = dict.fromkeys((*item.levels, *(item.every() if item.every else ())))
    alike = (
        _zones_with_same_offset(level, tuple(every))[:_MAX_SIMILAR]
        if item.name == "timezone"
        else ()
    )
    yield from interleave(alike, _levels_sharing_words(level, tuple(every)))


def _levels_sharing_words(level: str, every: tuple[str, ...]) -> Iterator[str]:
    """Those that share words with it, longer beginnings first."""
    words = set(_WORD.findall(level))
    shared = {text: len(words & set(_WORD.findall(text))) for text in every if text != level}
    begins = {text: _common_prefix_length(level, text) for text in shared if shared[text]}
    yield from sorted(begins, key=lambda text: (-shared[text], -begins[text]))[:_MAX_SIMILAR]


def _common_prefix_length(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(left), len(right)))


@lru_cache(maxsize=256)
def _zones_with_same_offset(level: str, zones: tuple[str, ...]) -> tuple[str, ...]:
    """Zones that show the same time in winter and in summer: neighbours, and other names."""
    own = _utc_offsets(level)
    if own is None:
        return ()
    area = level.partition("/")[0]
    alike = [zone for zone in zones if _utc_offsets(zone) == own]
    return tuple(sorted(alike, key=lambda zone: (zone.partition("/")[0] != area, zone)))


@lru_cache(maxsize=2048)
def _utc_offsets(level: str) -> tuple[object, ...] | None:
    try:
        zone = zoneinfo.ZoneInfo(level.rpartition("=")[2])
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None
    return tuple(instant.astimezone(zone).utcoffset() for instant in _INSTANTS)


def interleave(*lists: Iterable[T]) -> Iterator[T]:
    """One item of each list in turn, until all lists have ended."""
    waiting = [iter(each) for each in lists]
    while waiting:
        for each in list(waiting):
            try:
                yield next(each)
            except StopIteration:
                waiting.remove(each)
