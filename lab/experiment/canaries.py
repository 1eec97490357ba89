"""Canaries: values made up for this audit, looked for in everything that was sent.

Each factor whose levels are free text gets one more level, generated from the seed, that
occurs nowhere else in the world.  A place that is different in every trial cannot be
compared, but it can be searched: if it holds the made-up value, plainly or encoded, in the
trials that had it, whether it does is a column like any other, and is confirmed like any
other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from lab.experiment.column import Column
from lab.factors.factor import Factor
from lab.findings.encodings import encoding_of
from lab.observation.features import Features
from lab.observation.location import Location

__all__ = ["Canary", "canary_columns", "made_up_level"]

_SHORTEST = 7

_EXAMPLES = 40
_SEARCHED = 200_000


class Canary(msgspec.Struct, frozen=True):
    """A made-up level, and the texts in it that would betray a copy."""

    factor: str
    level: str
    needles: tuple[str, ...]


def made_up_level(factor: Factor, seed: int) -> Canary | None:
    """A generated level of this factor with the longest text that a copy would contain.

    None where the factor's levels are not free text, or decide where traffic goes, so that
    finding one in the traffic would mean nothing.
    """
    if factor.routes or not factor.free:
        return None
    known = {
        needle for level in (factor.control, *factor.levels) for needle in factor.needles(level)
    }
    best: Canary | None = None
    for level in _generated(factor, seed):
        if level in (factor.control, *factor.levels):
            continue
        telling = [needle for needle in factor.needles(level) if needle not in known]
        needles = tuple(needle for needle in telling if _unmistakable(needle))
        if needles and (best is None or _worth(needles) > _worth(best.needles)):
            best = Canary(factor.name, level, needles)
    return best


def _unmistakable(text: str) -> bool:
    """Whether a text would hardly stand anywhere by chance, as a single word might."""
    return len(text) >= _SHORTEST and not text.isalpha()


def _worth(needles: Sequence[str]) -> tuple[int, int]:
    return max(len(needle) for needle in needles), len(needles)


def _generated(factor: Factor, seed: int) -> list[str]:
    """Some levels from the factor's strategy, the same for the same seed."""
    from hypothesis import HealthCheck, Phase, given, settings  # slow to import
    from hypothesis import seed as seeded

    found: list[str] = []

    @seeded(seed)
    @settings(
        max_examples=_EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(factor.strategy())
    def collect(level: str) -> None:
        found.append(factor.parse(level))

    collect()
    return found


def canary_columns(
    trials: Sequence[Features],
    levels: Sequence[Mapping[str, str]],
    places: Iterable[Location],
    canaries: Sequence[Canary],
) -> list[Column]:
    """Columns that say in which trials a place holds a canary, and in which encoding.

    ``levels`` are the levels of each trial.  Only places where every trial with the canary
    that has the place at all shows it are searched in all trials.
    """
    found = []
    for place in places:
        for canary in canaries:
            hits = [
                encoding_of(_text(trial, place), canary.needles)
                for trial, here in zip(trials, levels, strict=True)
                if here.get(canary.factor) == canary.level and place in trial
            ]
            if not hits or None in hits:
                continue
            values = tuple(
                (encoding_of(_text(trial, place), canary.needles) or "") if place in trial else None
                for trial in trials
            )
            found.append(Column(place, "canary", values))
    return found


def _text(trial: Features, place: Location) -> str:
    return "\n".join(trial[place])[:_SEARCHED]
