"""Variables: any other environment variable, by name.

A level is a list of assignments in shell syntax, sorted by name: ``A=1 B='x y'``.  Variables that
other factors decide, or that follow from user and directory, are not allowed:
:func:`names_of_other_factors` lists them.

The control is ``none``.  The named levels are switches that many programs read under the same
name, so that an unknown client may react to them.  The names that a certain client reads are
mined from its own files (:mod:`lab.clients.mining.env_vars`) in an audit; one level can set
hundreds of them.
"""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from lab.factors.factor import Factor
from lab.factors.host_spec import BARE, HostSpec
from lab.factors.registry import factors

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "format_level", "names_of_other_factors", "parse_assignments"]

CONTROL = "none"

LEVELS = (
    "DEBUG=1",
    "LOG_LEVEL=debug",
    "NODE_ENV=production",
    "TMPDIR=/var/tmp",
    "VERBOSE=1",
)

# fmt: off
GENERAL = (
    "APP_ENV", "CONFIG", "DEBUG", "ENV", "ENVIRONMENT", "HOST", "LOGLEVEL", "LOG_LEVEL", "MODE",
    "NODE_ENV", "PORT", "PROFILE", "REGION", "SILENT", "STAGE", "TEST", "TMPDIR", "VERBOSE",
)
# fmt: on
"""Names that programs of all kinds read."""

_IMPLIED = ("HOME", "LOGNAME", "PATH", "PWD", "SHELL", "USER")
"""Variables of every login (lab/sandbox/jail/plan.py, ``base_variables``)."""
# fmt: off
_LOCALE = (
    "LC_ADDRESS", "LC_COLLATE", "LC_CTYPE", "LC_IDENTIFICATION", "LC_MEASUREMENT", "LC_MESSAGES",
    "LC_MONETARY", "LC_NAME", "LC_NUMERIC", "LC_PAPER", "LC_TELEPHONE", "LC_TIME",
)
# fmt: on
"""Categories of locale(7), which generated levels of the factor ``locale`` set."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,254}")
_LONGEST, _LONGEST_TOGETHER = 2**17 - 1, 2**20
"""In bytes: execve(2) takes 128 KiB in one, and here up to half of the usual 2 MiB in all."""

_QUOTING = frozenset("'\"\\")
_MIN_NEEDLE_LENGTH = 4
_PLAIN_WORDS = frozenset({"true", "false", "none", "null", "auto"})
"""Values that occur in any traffic."""


@cache
def names_of_other_factors() -> frozenset[str]:
    """Names of variables that this factor must not set.

    A named level of another factor decides them, or they follow from user and directory.
    Variables of a client's profile are not included, because they differ between clients.
    """
    others = [factor for name, factor in factors().items() if name != FACTOR.name]
    return frozenset((*_IMPLIED, *_LOCALE)).union(
        *(
            factor.realise(level, BARE).variables
            for factor in others
            for level in (factor.control, *factor.levels)
        )
    )


def parse_assignments(level: str) -> dict[str, str]:
    """The variables that a level sets; ValueError if it is not a level."""
    return dict(_parse_pairs(level))


def format_level(variables: Mapping[str, str]) -> str:
    """The level that sets these variables, in canonical spelling; ValueError if none does."""
    checked = _check_pairs(variables.items())
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in checked) or CONTROL


@lru_cache(maxsize=512)
def _parse_pairs(level: str) -> tuple[tuple[str, str], ...]:
    if level == CONTROL:
        return ()
    _refuse_control_characters("a level", level)
    try:
        # Without quotes, a shell splits at blanks alone: much faster for hundreds of words.
        plain = _QUOTING.isdisjoint(level)
        words = [*filter(None, level.split(" "))] if plain else shlex.split(level)
    except ValueError:
        raise ValueError("a quote is opened and not closed, or a backslash ends it") from None
    pairs = [word.partition("=") for word in words]
    if not pairs or not all(equals for _, equals, _ in pairs):
        raise ValueError(f"write none, or NAME=value NAME='other value', not {level[:80]!r}")
    return _check_pairs((name, value) for name, _, value in pairs)


def _check_pairs(pairs: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The pairs in order of names, if all of them can be set together."""
    found: dict[str, str] = {}
    for name, value in pairs:
        if not _NAME.fullmatch(name):
            raise ValueError(f"a variable's name is letters, digits and _, not {name[:80]!r}")
        if name in found:
            raise ValueError(f"{name} is set twice; leave one out")
        if name in names_of_other_factors():
            raise ValueError(f"{name} is decided by {_deciding_factor(name)}; vary that instead")
        _refuse_control_characters(name, value)
        found[name] = value
    sizes = [len(f"{name}={value}".encode()) + 1 for name, value in found.items()]
    if max(sizes, default=0) > _LONGEST or sum(sizes) > _LONGEST_TOGETHER:
        raise ValueError(
            f"one variable takes at most {_LONGEST} bytes, all together {_LONGEST_TOGETHER}"
        )
    return tuple(sorted(found.items()))


def _refuse_control_characters(what: str, text: str) -> None:
    if text.isascii() and text.isprintable():
        return
    for letter in text:
        if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"}:
            raise ValueError(f"{what} has no control character and no new line, as {letter!r} is")


def _deciding_factor(name: str) -> str:
    for factor in factors().values():
        for level in (factor.control, *factor.levels):
            if factor.name != FACTOR.name and name in factor.realise(level, BARE).variables:
                return f"the factor {factor.name}"
    return "the factor locale" if name in _LOCALE else "user and directory, at every login"


def parse(level: str) -> str:
    """The canonical spelling: sorted by name, quoted only where a shell needs it."""
    return format_level(parse_assignments(level))


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the variables and keep all others."""
    return spec.with_variables(**dict(_parse_pairs(level)))


def strategy() -> SearchStrategy[str]:
    """Some general names with values of all kinds; shrinks to one switch."""
    from hypothesis import strategies as st

    names = st.sampled_from([name for name in GENERAL if name not in names_of_other_factors()])
    values = st.one_of(
        st.sampled_from(("1", "0", "true", "false", "debug", "production", "")),
        st.integers(1000, 9999).map("value-{}".format),
        st.sampled_from(("two words", "it's", "größer", "/var/tmp", "https://a.example/?b=$c")),
    )
    return st.dictionaries(names, values, min_size=1, max_size=3).map(format_level)


def needles(level: str) -> tuple[str, ...]:
    """The values that are more than a switch, longest first."""
    values = {value for _, value in _parse_pairs(level) if len(value) >= _MIN_NEEDLE_LENGTH}
    return tuple(sorted(values - _PLAIN_WORDS, key=lambda value: (-len(value), value)))


FACTOR = Factor(
    name="variables",
    summary="any other environment variable, by name",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
)
