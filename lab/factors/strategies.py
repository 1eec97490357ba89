"""Hypothesis strategies for environments and for pairs of them.

Each factor is at its control, at a named level or at a generated one, and shrinks in the reverse
order: a failing example needs every factor that it still varies.  Combinations that cannot exist
(:func:`lab.factors.registry.find_conflict`) are not generated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, overload

import msgspec

from lab.environment import Change, Environment
from lab.errors import UsageError
from lab.factors.registry import factors as all_factors
from lab.factors.registry import find_conflict, get_factor, parse_level

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["Pair", "control", "environments", "level_strategy"]


class Pair(msgspec.Struct, frozen=True):
    """Two environments that differ in the level of one factor, or of several named ones.

    >>> pair = lab.Pair(lab.control(), lab.control(timezone="Asia/Tokyo"))
    >>> [(change.factor, change.left, change.right) for change in pair.changes]
    [('timezone', 'UTC', 'Asia/Tokyo')]
    """

    left: Environment
    right: Environment

    @property
    def changes(self) -> tuple[Change, ...]:
        """What differs between the two."""
        return self.left.difference(self.right)


def control(**levels: str) -> Environment:
    """The control environment of all factors, but for these levels.

    >>> here = lab.control(timezone="Asia/Tokyo", clock="2027-02-03")
    >>> here["clock"], here["proxy"]
    ('2027-02-03T12:00:00Z', 'unset')

    UsageError, with the nearest name, for a factor or level that does not exist.
    """
    named = {name: parse_level(name, text) for name, text in levels.items()}
    return Environment.of({**{name: item.control for name, item in all_factors().items()}, **named})


@overload
def environments(
    *, factors: Iterable[str] | None = ..., fixed: Mapping[str, str] | None = ...
) -> SearchStrategy[Environment]: ...
@overload
def environments(
    *,
    factors: Iterable[str] | None = ...,
    fixed: Mapping[str, str] | None = ...,
    pairs_differing_in: str | Iterable[str],
) -> SearchStrategy[Pair]: ...
def environments(
    *,
    factors: Iterable[str] | None = None,
    fixed: Mapping[str, str] | None = None,
    pairs_differing_in: str | Iterable[str] | None = None,
) -> SearchStrategy[Environment] | SearchStrategy[Pair]:
    """Environments that name these factors, or pairs of them; they shrink to the control.

    Args:
        factors: The names of the factors; None means all.
        fixed: Factors with a level that does not vary.
        pairs_differing_in: The factors in which the two environments of a pair differ; the left
            one shrinks to the control.  None means single environments.

    >>> from hypothesis import given
    >>> @given(pair=lab.environments(factors=["timezone", "locale"], pairs_differing_in="timezone"))
    ... def test(pair):
    ...     assert [change.factor for change in pair.changes] == ["timezone"]
    >>> test()

    Raises:
        UsageError: There is no such factor or level, or the arguments contradict each other.
    """
    from hypothesis import strategies as st

    names = _check_names(factors)
    held = {name: parse_level(name, text) for name, text in (fixed or {}).items()}
    every = tuple(dict.fromkeys((*names, *held)))
    ways = {name: st.just(held[name]) if name in held else level_strategy(name) for name in every}
    whole = st.fixed_dictionaries(ways).map(Environment.of)
    possible = whole.filter(lambda environment: find_conflict(environment) is None)
    if pairs_differing_in is None:
        return possible
    differing = _check_differing(pairs_differing_in, every, held)

    def partners(left: Environment) -> SearchStrategy[Pair]:
        others = {
            name: level_strategy(name).filter(_is_other_than(left[name])) for name in differing
        }
        return st.fixed_dictionaries(others).map(lambda new: Pair(left, left.but(new)))

    return possible.flatmap(partners).filter(lambda pair: find_conflict(pair.right) is None)


def level_strategy(name: str) -> SearchStrategy[str]:
    """Levels of a factor, in canonical spelling: control, named or generated."""
    from hypothesis import strategies as st

    item = get_factor(name)
    ways = [st.just(item.control), st.sampled_from(item.levels), item.strategy().map(item.parse)]
    return st.one_of(ways)


def _is_other_than(level: str) -> Callable[[str], bool]:
    return lambda text: text != level


def _check_names(chosen: Iterable[str] | None) -> tuple[str, ...]:
    if chosen is None:
        return tuple(all_factors())
    if isinstance(chosen, str):
        raise UsageError(f"factors is a list of names; write factors=[{chosen!r}]")
    return tuple(get_factor(name).name for name in chosen)


def _check_differing(
    chosen: str | Iterable[str], every: Iterable[str], held: Mapping[str, str]
) -> tuple[str, ...]:
    names = (chosen,) if isinstance(chosen, str) else tuple(chosen)
    if not names:
        raise UsageError("pairs_differing_in names no factor; name one, such as timezone")
    for name in names:
        get_factor(name)
        if name in held:
            raise UsageError(f"pairs cannot differ in {name}, which fixed holds; leave one out")
        if name not in every:
            raise UsageError(
                f"pairs cannot differ in {name}, which factors leaves out; add it there"
            )
    return names
