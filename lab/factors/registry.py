"""Which factors there are, and how environments are made of them and made real.

A factor is a module of this folder that defines ``FACTOR``; the folder itself is the list.
Whoever types a name or a level that does not exist is told the nearest that does.
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
    """The factor of this name; UsageError with the nearest names if there is none."""
    found = factors().get(name)
    if found is None:
        raise UsageError(
            f"there is no factor {name!r}; nearest: {nearest(name, factors())} "
            f"(all: {', '.join(factors())})"
        )
    return found


def parse_level(name: str, text: str) -> str:
    """A level of the factor in canonical spelling; UsageError with the nearest levels."""
    chosen = get_factor(name)
    try:
        return chosen.parse(text)
    except ValueError as error:
        known = nearest(text, (chosen.control, *chosen.levels))
        hint = "" if "nearest:" in str(error) else f"; nearest: {known}"
        raise UsageError(f"factor {name} has no level {text!r}: {error}{hint}") from error


def all_levels(name: str) -> tuple[str, ...]:
    """All levels of a factor, the named ones first; UsageError where they have no end."""
    item = get_factor(name)
    if item.every is None:
        swept = ", ".join(other.name for other in factors().values() if other.every)
        raise UsageError(
            f"the levels of {name} have no end or are all named, so it cannot be swept "
            f"({swept} can); --search {name} generates some"
        )
    return tuple(dict.fromkeys((item.control, *item.levels, *item.every())))


def parse_setting(text: str) -> tuple[str, str]:
    """Factor name and canonical level of ``timezone=Asia/Tokyo``; UsageError otherwise."""
    name, separator, value = text.partition("=")
    if not separator:
        raise UsageError(f"write FACTOR=LEVEL, such as timezone=Asia/Tokyo, not {text!r}")
    return name, parse_level(name, value)


def control_environment(names: Iterable[str]) -> Environment:
    """The environment in which each of these factors is at its control."""
    return Environment.of({name: get_factor(name).control for name in names})


def realise(environment: Environment, base: HostSpec) -> HostSpec:
    """The surroundings in which every level of the environment holds, paths settled.

    ``base`` brings what the client's profile says (variables, endpoint, opt-out); factors
    that the environment does not name stay as they are there.
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
    """Why no such machine exists or works; None where nothing speaks against it."""
    for name, text in environment.levels:
        for constraint in get_factor(name).constraints:
            other = environment.mapping.get(constraint.other)
            if other is not None and constraint.forbids(text, other):
                return f"{name}={text} with {constraint.other}={other}: {constraint.why}"
    return None


def is_inert(name: str, base: HostSpec) -> bool:
    """Whether no level can change anything over this base, as with a profile that lacks it.

    Such a factor is *not measured* for the client, which is not the same as *no signal*.
    """
    item = get_factor(name)
    quiet = item.realise(item.control, base)
    return all(item.realise(text, base) == quiet for text in item.levels)
