"""Neighbours of a level: similar levels that a slightly wrong rule treats wrongly.

A rule about a level takes one of a few forms: a list of names, a suffix or prefix of a name, a
comparison with or without letter case, a number and a bound.  For each form there are similar
levels on the other side of the rule: a part removed or prefixed, other letter case, a number one
higher or lower, the same value in another form, and adjacent entries of a list.  The factor's
``parse`` decides which of them are valid.
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
    """Levels similar to this one, without itself; the most likely to matter first."""
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
    """Whether a text can be a level, for factors with an enumerated list; true for others.

    The factor's ``parse`` decides in the end.  This is a faster check, because ``parse`` searches
    the whole list for suggestions for each invalid text.
    """
    if item.every is None or item.routes:
        return True
    value = text.rpartition("=")[2]
    return value in _enumerated_levels(item) or text in item.levels


@lru_cache(maxsize=32)
def _enumerated_levels(item: Factor) -> frozenset[str]:
    return frozenset(item.every() if item.every else ())


def _spelling_variants(level: str) -> Iterator[str]:
    """The level in other letter case, longer, shorter, and with its numbers off by one."""
    if "://" in level:
        yield from _url_variants(level)
    yield from (level.lower(), level.upper(), level.swapcase(), level.title())
    yield from (f"{level}{level[-1]}", level[:-1], f"x{level}", level[1:], f"{level}-x")
    for number in _NUMBER.finditer(level):
        for other in (int(number[0]) + 1, int(number[0]) - 1):
            if other >= 0:
                yield f"{level[: number.start()]}{other}{level[number.end() :]}"


def _url_variants(level: str) -> Iterator[str]:
    """URLs with a subdomain, parent or similar host, and other schemes, ports and paths."""
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
    # The host name in the path.
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
    """Levels of the factor's lists that are most similar to this one."""
    every = dict.fromkeys((*item.levels, *(item.every() if item.every else ())))
    alike = (
        _zones_with_same_offset(level, tuple(every))[:_MAX_SIMILAR]
        if item.name == "timezone"
        else ()
    )
    yield from interleave(alike, _levels_sharing_words(level, tuple(every)))


def _levels_sharing_words(level: str, every: tuple[str, ...]) -> Iterator[str]:
    """Levels that share words with this one: most words first, then the longest prefix."""
    words = set(_WORD.findall(level))
    shared = {text: len(words & set(_WORD.findall(text))) for text in every if text != level}
    begins = {text: _common_prefix_length(level, text) for text in shared if shared[text]}
    yield from sorted(begins, key=lambda text: (-shared[text], -begins[text]))[:_MAX_SIMILAR]


def _common_prefix_length(left: str, right: str) -> int:
    pairs = enumerate(zip(left, right, strict=False))
    return next((index for index, (a, b) in pairs if a != b), min(len(left), len(right)))


@lru_cache(maxsize=256)
def _zones_with_same_offset(level: str, zones: tuple[str, ...]) -> tuple[str, ...]:
    """Zones with the same UTC offset in winter and in summer, those of the same area first."""
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
