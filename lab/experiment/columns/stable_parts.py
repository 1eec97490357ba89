"""The stable part of a random token: what replicates agree on, and the token's length.

An identifier that is generated for every message can contain a part that is not random: eight
digits of a digest, or a prefix that stands for a group of users.  Tokens of one length are
compared character by character, others piece by piece between their separators.  Numbers and
times are excluded, because their leading digits follow the clock.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from lab.experiment.columns.column import ABSENT, map_texts
from lab.experiment.columns.ladder import LENGTH
from lab.experiment.trials.replicates import Replicates
from lab.observation.text.masks import mask

__all__ = ["describe_lengths", "find_stable_parts"]

_MIN_TOKEN, _MAX_TOKEN = 6, 512
"""Characters of a token that is compared."""
_MIN_LENGTH = 16
"""The length of a shorter text is not compared: it may be a number, longer as it grows."""
_MAX_PIECES = 64
_MIN_REPETITIONS = 4
"""How often each character must recur in replicates, since random ones may agree by chance."""
_GAP = "…"
_PIECES = re.compile(r"[0-9A-Za-z]+|[^0-9A-Za-z]")
_EPOCH = re.compile(r"(?<![0-9a-zA-Z])[12](?:\d{9}|\d{12}|\d{15}|\d{18})(?![0-9a-zA-Z])")
"""Time since 1970 in seconds, milliseconds, microseconds or nanoseconds."""


def find_stable_parts(
    values: Sequence[str | None], replicates: Replicates
) -> list[str | None] | None:
    """Return the stable parts of the tokens; None if they differ between no two trials."""
    known = [index for index, value in enumerate(values) if value is not None and value != ABSENT]
    texts = [values[index] or "" for index in known]
    if len(set(texts)) < 2 or not all(map(_is_token, set(texts))):
        return None
    rows = dict(zip(known, _split_texts(texts), strict=True))
    width = len(rows[known[0]])
    if any(len(pieces) != width for pieces in rows.values()):
        return None
    sets = [[row for row in members if row in rows] for members in replicates.sets]
    if sum(len(members) - 1 for members in sets if members) < _MIN_REPETITIONS:
        return None
    kept = [
        all(len({rows[row][index] for row in members}) < 2 for members in sets)
        for index in range(width)
    ]
    if all(len({rows[row][index] for row in known}) < 2 for index in range(width) if kept[index]):
        return None
    found = list(values)
    for row, pieces in rows.items():
        found[row] = _join_stable(pieces, kept)
    return found


def describe_lengths(values: Sequence[str | None]) -> list[str | None] | None:
    """Return a description of each text's length; None where lengths are equal or short."""
    texts = {value for value in values if value is not None and value != ABSENT}
    if len({len(text) for text in texts}) < 2 or min(map(len, texts)) < _MIN_LENGTH:
        return None
    return map_texts(LENGTH.reduce, values)


def _is_token(text: str) -> bool:
    if not _MIN_TOKEN <= len(text) <= _MAX_TOKEN or text.isdecimal() or not text.isprintable():
        return False
    return " " not in text and "‹time›" not in mask(text) and not _EPOCH.search(text)


def _split_texts(texts: Sequence[str]) -> list[list[str]]:
    if len({len(text) for text in texts}) == 1:
        return [list(text) for text in texts]
    return [_PIECES.findall(text)[: _MAX_PIECES + 1] for text in texts]


def _join_stable(pieces: Sequence[str], kept: Sequence[bool]) -> str:
    """Join the kept pieces, with a gap for each stretch of others."""
    stretches = groupby(zip(pieces, kept, strict=True), key=lambda item: item[1])
    return "".join(
        "".join(piece for piece, _ in members) if keep else _GAP for keep, members in stretches
    )
