"""Texts that stand elsewhere in a message in some trials, followed to where they stand usually.

A client may move a block of its prompt: from one list to another, from the system's words to the
user's.  Whatever the block says then differs at both locations, and all that other inputs change
inside it seems to depend on the input that moved it.  So the block is compared at the location
where it stands in the control environment, and where it really stands is a feature of its own, in
the part ``placement``.

Only long texts are followed, within one message, and only to one text that has most of its words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache

from lab.observation.features import Features
from lab.observation.location import Location
from lab.observation.parts import MessagePart

__all__ = ["follow_moved_texts"]

_MIN_LENGTH = 40
"""Characters of a text that is followed at least."""
_MIN_WORDS = 5
_MIN_SHARED = 0.5
_MAX_TEXTS = 256
"""Texts of one message that are followed at most."""


def follow_moved_texts(trials: Sequence[Features]) -> list[Features]:
    """Return the features of all trials, with texts at the locations that the first trial has.

    Args:
        trials: The features of each trial, the first one of the control environment.

    Returns:
        The features in the same order.  Where any trial has a text elsewhere, each trial that has
        the text says where, in the part ``placement``.
    """
    if not trials:
        return []
    usual = _find_long_texts(trials[0])
    moved: dict[tuple[Location, str], str] = {}
    followed = []
    for features in trials:
        moves = _find_moves(usual, features)
        moved |= {(home, text): "" for home, text, _, _ in moves}
        followed.append((features, moves))
    return [_write(features, moves, moved, usual) for features, moves in followed]


_Texts = Mapping[Location, Mapping[Location, tuple[str, ...]]]
"""The long texts by message and location."""
_Move = tuple[Location, str, Location, str]
"""The usual location, the text that the first trial has there, where it stands, and as what."""


def _find_long_texts(features: Features) -> _Texts:
    found: dict[Location, dict[Location, tuple[str, ...]]] = defaultdict(dict)
    for location, values in features.items():
        if location.part == MessagePart.BODY and location.channel in ("http", "websocket"):
            texts = tuple(dict.fromkeys(value for value in values if _is_long(value)))
            found[location.message][location] = texts
    return found


def _is_long(text: str) -> bool:
    return len(text) >= _MIN_LENGTH and len(_split(text)) >= _MIN_WORDS


def _find_moves(usual: _Texts, features: Features) -> list[_Move]:
    """The texts that stand elsewhere in one trial."""
    moves: list[_Move] = []
    here: _Texts | None = None
    for message, locations in usual.items():
        missing = [
            (location, text)
            for location, texts in locations.items()
            for text in texts
            if text not in features.get(location, ())
        ][:_MAX_TEXTS]
        if not missing:
            continue
        here = _find_long_texts(features) if here is None else here
        if message not in here:
            continue
        # What the first trial has not at the same location.
        new = [
            (location, text)
            for location, texts in here[message].items()
            for text in texts
            if text not in locations.get(location, ())
        ][:_MAX_TEXTS]
        for home, text in missing:
            candidates = [(_compare(text, other), where, other) for where, other in new]
            shared = max((one[0] for one in candidates), default=0.0)
            best = [one for one in candidates if one[0] == shared]
            if shared > _MIN_SHARED and len(best) == 1:
                _, where, other = best[0]
                new.remove((where, other))
                if where != home:
                    moves.append((home, text, where, other))
    return moves


def _write(
    features: Features,
    moves: Sequence[_Move],
    moved: Mapping[tuple[Location, str], str],
    usual: _Texts,
) -> Features:
    """The features with each moved text at its usual location, and where it really stands."""
    if not moved:
        return features
    found = dict(features)
    places: dict[Location, list[str]] = defaultdict(list)
    elsewhere = {(home, text): (where, other) for home, text, where, other in moves}
    for home, text in moved:
        placement = home.with_part(MessagePart.PLACEMENT, home.pointer)
        if (home, text) not in elsewhere:
            if home in found:
                places[placement].append(home.pointer or "")
            continue
        where, other = elsewhere[home, text]
        left = list(found[where])
        left.remove(other)
        found[where] = tuple(left)
        if not left:
            del found[where]
        values = list(found.get(home, ()))
        values.insert(usual[home.message][home].index(text), other)
        found[home] = tuple(values)
        places[placement].append(where.pointer or "")
    return found | {location: tuple(values) for location, values in places.items()}


def _compare(text: str, other: str) -> float:
    """The share of words that two texts have in common."""
    ours, theirs = _split(text), _split(other)
    return len(ours & theirs) / max(len(ours), len(theirs), 1)


@lru_cache(maxsize=1024)
def _split(text: str) -> frozenset[str]:
    return frozenset(text.split())
