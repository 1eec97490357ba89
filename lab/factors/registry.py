"""The registry of factors, and the realisation of environments.

Every module of this folder that defines ``FACTOR`` is a factor.  An error about an unknown name
or level lists the nearest that exist.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType

import lab.factors as folder
from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec
from lab.suggest import nearest

__all__ = [
    "all_levels",
    "control_environment",
    "factors",
    "find_conflict",
    "find_forbidden_pairs",
    "get_factor",
    "is_inert",
    "parse_level",
    "parse_setting",
    "realise",
]


@cache
def factors() -> Mapping[str, Factor]:
    """Every factor by name, in alphabetical order."""
    found: dict[str, Factor] = {}
    for module in pkgutil.iter_modules(folder.__path__):
        item = getattr(importlib.import_module(f"{folder.__name__}.{module.name}"), "FACTOR", None)
        if isinstance(item, Factor):
            found[item.name] = item
    return MappingProxyType(dict(sorted(found.items())))


def get_factor(name: str) -> Factor:
    """The factor of this name.

    Raises:
        UsageError: There is no such factor; the message has the nearest names.
    """
    found = factors().get(name)
    if found is None:
        raise UsageError(
            f"there is no factor {name!r}; nearest: {nearest(name, factors())} "
            f"(all: {', '.join(factors())})"
        )
    return found


def parse_level(name: str, text: str) -> str:
    """A level of the factor, in canonical spelling.

    Raises:
        UsageError: The factor has no such level; the message has the nearest.
    """
    chosen = get_factor(name)
    try:
        return chosen.parse(text)
    except ValueError as error:
        known = nearest(text, (chosen.control, *chosen.levels))
        hint = "" if "nearest:" in str(error) else f"; nearest: {known}"
        raise UsageError(f"factor {name} has no level {text!r}: {error}{hint}") from error


def all_levels(name: str) -> tuple[str, ...]:
    """All levels of a factor, the named ones first.

    Raises:
        UsageError: The levels cannot be listed, because there is no last one.
    """
    item = get_factor(name)
    if item.every is None:
        swept = ", ".join(other.name for other in factors().values() if other.every)
        raise UsageError(
            f"the levels of {name} have no end or are all named, so it cannot be swept "
            f"({swept} can); --search {name} generates some"
        )
    return tuple(dict.fromkeys((item.control, *item.levels, *item.every())))


def parse_setting(text: str) -> tuple[str, str]:
    """Factor name and canonical level of a text such as ``timezone=Asia/Tokyo``.

    Raises:
        UsageError: The text has another form, or there is no such factor or level.
    """
    name, separator, value = text.partition("=")
    if not separator:
        raise UsageError(f"write FACTOR=LEVEL, such as timezone=Asia/Tokyo, not {text!r}")
    return name, parse_level(name, value)


def control_environment(names: Iterable[str]) -> Environment:
    """The environment in which each of these factors is at its control."""
    return Environment.of({name: get_factor(name).control for name in names})


def realise(environment: Environment, base: HostSpec) -> HostSpec:
    """The host spec in which every level of the environment holds, with absolute paths.

    ``base`` has what the client's profile sets (variables, endpoint, opt-out), and the levels of
    factors that the environment does not name.
    """
    chosen = [(get_factor(name), name, text) for name, text in environment.levels]
    spec = base
    for item, name, text in sorted(chosen, key=lambda entry: (entry[0].rank, entry[1])):
        spec = item.realise(parse_level(name, text), spec)
    return spec.settled()


def find_forbidden_pairs(
    levels: Mapping[str, Iterable[str]],
) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
    """The pairs of these levels, as (factor, level), that cannot be together."""
    return tuple(
        ((name, own), (constraint.other, other))
        for name, values in levels.items()
        for constraint in get_factor(name).constraints
        for own in values
        for other in levels.get(constraint.other, ())
        if constraint.forbids(own, other)
    )


def find_conflict(environment: Environment) -> str | None:
    """Why no host has these levels together; None if one can."""
    for name, text in environment.levels:
        for constraint in get_factor(name).constraints:
            other = environment.mapping.get(constraint.other)
            if other is not None and constraint.forbids(text, other):
                return f"{name}={text} with {constraint.other}={other}: {constraint.why}"
    return None


def is_inert(name: str, base: HostSpec) -> bool:
    """Whether no level changes anything over this base, as for a profile without opt-out.

    Such a factor is *not measured* for the client, which differs from *no signal*.
    """
    item = get_factor(name)
    quiet = item.realise(item.control, base)
    return all(item.realise(text, base) == quiet for text in item.levels)
