"""Attributes of a level of any factor, from which rules are made.

An attribute reads one property of a level: the host of a URL, the day of the week of an instant,
the UTC offset of a zone, a number.  It is None for a level without that property, so an
attribute need not know the factor of the level.
"""

from __future__ import annotations

import ipaddress
import re
import zoneinfo
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from lab.factors.clock import FACTOR as CLOCK
from lab.factors.clock import parse_instant
from lab.factors.timezone import load_zones

__all__ = ["LEVEL_ATTRIBUTES", "LevelAttribute"]

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class LevelAttribute(msgspec.Struct, frozen=True):
    """One attribute: the words before it in a rule, and how it is read (None: it has none).

    ``shapes`` name the kinds of alternatives that make sense for it.
    """

    label: str
    read: Callable[[str], str | None]
    shapes: tuple[str, ...]


def _read_host(level: str) -> str | None:
    try:
        return urlsplit(level).hostname if "://" in level else None
    except ValueError:
        return None


def _read_host_name(level: str) -> str | None:
    """The host where it is a name."""
    host = _read_host(level)
    return None if host is None or _is_address(host) else host


def _read_host_kind(level: str) -> str | None:
    host = _read_host(level)
    if host is None:
        return None
    return "an address" if _is_address(host) else "a name"


def _is_address(host: str) -> bool:
    try:
        return ipaddress.ip_address(host) is not None
    except ValueError:
        return False


def _read_domain(level: str) -> str | None:
    """Whether the host's last label has two letters, as those of countries have."""
    name = _read_host_name(level)
    if name is None:
        return None
    two = len(name.rpartition(".")[2]) == 2
    return "in a two-letter domain" if two else "in a longer domain"


def _read_path(level: str) -> str | None:
    return urlsplit(level).path if _read_host(level) else None


def _read_port(level: str) -> str | None:
    if not _read_host(level):
        return None
    return "with a port" if urlsplit(level).port is not None else "without a port"


def _read_scheme(level: str) -> str | None:
    return urlsplit(level).scheme if _read_host(level) else None


def _read_url(level: str) -> str:
    return "a URL" if _read_host(level) else "no URL"


def _read_text(level: str) -> str | None:
    return None if _read_host(level) else level


def _read_weekday(level: str) -> str | None:
    moment = _read_instant(level)
    return None if moment is None else _DAYS[moment.weekday()]


def _read_year(level: str) -> str | None:
    moment = _read_instant(level)
    return None if moment is None else str(moment.year)


def _read_instant(level: str) -> datetime | None:
    try:
        return datetime.strptime(level, "%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return None


def _read_utc_offset(level: str) -> str | None:
    """The offset of a time zone from UTC at the instant that is the clock's control."""
    zone = level.rpartition("=")[2]
    if zone not in load_zones():
        return None
    return parse_instant(CLOCK.control).astimezone(zoneinfo.ZoneInfo(zone)).isoformat()[-6:]


def _read_number(level: str) -> str | None:
    return level if re.fullmatch(r"-?\d{1,18}", level) else None


def _read_uid(level: str) -> str | None:
    """The number of a user, in a line of the password file."""
    return _match_group(r"[^:]+:[^:]*:(\d{1,18}):/.*", level)


def _read_width(level: str) -> str | None:
    """The columns of a terminal, before its lines."""
    return _match_group(r"[a-z]+:(\d{1,9})x\d{1,9}(?::.*)?", level)


def _read_setting(level: str) -> str | None:
    """The number of ``name=number``."""
    return _match_group(r"[A-Za-z_-]+[=:](\d{1,18})", level)


def _match_group(pattern: str, level: str) -> str | None:
    match = re.fullmatch(pattern, level)
    return match[1] if match else None


LEVEL_ATTRIBUTES = (
    LevelAttribute("", _read_number, ("compared",)),
    LevelAttribute("uid ", _read_uid, ("compared",)),
    LevelAttribute("width ", _read_width, ("compared",)),
    LevelAttribute("number ", _read_setting, ("compared",)),
    LevelAttribute("day ", _read_weekday, ("equal",)),
    LevelAttribute("year ", _read_year, ("compared", "equal")),
    LevelAttribute("", _read_url, ("equal",)),
    LevelAttribute("host ", _read_host_kind, ("equal",)),
    LevelAttribute("host ", _read_host_name, ("same", "ends", "under", "begins", "contains")),
    LevelAttribute("host ends ", _read_domain, ("plain",)),
    LevelAttribute("path ", _read_path, ("begins", "contains")),
    LevelAttribute("scheme ", _read_scheme, ("equal",)),
    LevelAttribute("URL ", _read_port, ("equal",)),
    LevelAttribute("", _read_text, ("begins", "ends", "contains")),
    LevelAttribute("UTC offset ", _read_utc_offset, ("equal",)),
)
