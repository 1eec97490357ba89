"""The time zone: TZ, /etc/localtime and /etc/timezone, together and separately.

A machine has its zone in three places, and clients differ in which they read.  The plain name of
a zone sets all three; ``TZ=`` sets the variable alone and ``localtime=`` the two files alone,
which distinguishes what a client reads.

The control is ``UTC`` as on a server or in a container: files with UTC, and no TZ.  Most machines
leave TZ unset, so a variable that is set at all is itself a difference, which ``TZ=UTC``
measures on its own.

The named levels are chosen by population alone: of each sub-region of the United Nations (M49,
with Central and Western Asia as one, Europe as east and west, Oceania as one), the most populous
country, and of that country the zone in which most of its people live.  They are roughly in the
order of the number of software developers.  The separate forms use the zone of the most
populous country, whose half-hour offset also distinguishes a zone's name from a number of hours.
"""

from __future__ import annotations

import re
import zoneinfo
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "load_zones"]

CONTROL = "UTC"

LEVELS = (
    "America/New_York",
    "Asia/Kolkata",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/Sao_Paulo",
    "Europe/Moscow",
    "Asia/Jakarta",
    "Africa/Lagos",
    "Europe/Istanbul",
    "Australia/Sydney",
    "Africa/Cairo",
    "TZ=Asia/Kolkata",
    "localtime=Asia/Kolkata",
)

_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = r"[+-]?\d{1,2}(?::[0-5]\d){0,2}"
_RULE = rf",(?:M\d{{1,2}}\.[1-5]\.[0-6]|J?\d{{1,3}})(?:/{_OFFSET})?"
_POSIX = re.compile(rf"{_NAME}{_OFFSET}(?:{_NAME}(?:{_OFFSET})?(?:{_RULE}{_RULE})?)?")
"""A POSIX TZ string (IEEE Std 1003.1, chapter 8.3): ``EST5EDT,M3.2.0,M11.1.0``."""


@cache
def load_zones() -> frozenset[str]:
    """Every IANA zone of the time zone database that Python finds."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "posixrules", "Factory"})


def parse(level: str) -> str:
    """The canonical spelling.

    Raises:
        ValueError: The level is neither an IANA zone nor one of the forms.
    """
    if level in {"unset", "localtime=UTC"}:
        return CONTROL
    form, separator, value = level.rpartition("=")
    if separator and form not in {"TZ", "localtime"}:
        raise ValueError(
            f"{form!r} is not a form of a time zone; write Area/City, TZ=… or localtime=…"
        )
    if value in load_zones() or (form == "localtime" and value == "none"):
        return level
    if form == "TZ" and _POSIX.fullmatch(value):
        return level
    raise ValueError(f"{value!r} is not an IANA time zone; nearest: {nearest(value, load_zones())}")


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set TZ, the files, or both."""
    form, _, zone = level.rpartition("=")
    variable = None if form == "localtime" or level == CONTROL else zone
    file = CONTROL if form == "TZ" else None if zone == "none" else zone
    spec = spec.with_variables(TZ=variable)
    return msgspec.structs.replace(spec, localtime=file, timezone_file=file)


def strategy() -> SearchStrategy[str]:
    """Any zone in any form, and POSIX strings; shrinks to a plain zone early in the alphabet."""
    from hypothesis import strategies as st

    zone = st.sampled_from(sorted(load_zones()))
    posix = st.builds(
        lambda name, hours: f"TZ={name}{hours}",
        st.sampled_from(("AAA", "<+03>", "EST")),
        st.integers(-12, 12),
    )
    return st.one_of(
        zone,
        zone.map("TZ={}".format),
        zone.map("localtime={}".format),
        posix,
        st.just("localtime=none"),
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The zone's name, and its city as people write it."""
    zone = level.rpartition("=")[2]
    city = zone.rpartition("/")[2].replace("_", " ")
    return tuple(dict.fromkeys((zone, city)))


def all_levels() -> tuple[str, ...]:
    """Every IANA zone, in all three places; ``UTC`` is the control."""
    return tuple(sorted(load_zones()))


FACTOR = Factor(
    name="timezone",
    summary="TZ, /etc/localtime and /etc/timezone",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    every=all_levels,
)
