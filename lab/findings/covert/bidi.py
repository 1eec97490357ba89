"""The visual order of the characters of a text that is written in two directions.

The Unicode Bidirectional Algorithm (Unicode Standard Annex #9, revision 48): every character
gets a level, even for left to right and odd for right to left, and each line is reversed
at every level.  Paragraphs run from left to right, as in a terminal or an editor, and are
taken as one line each.  Rules are named as the annex names them.

Classes and mirrored characters are those of Python's character database.  Which character
mirrors which is not in it and is read from the names (``LEFT``, ``RIGHT``; ``LESS``,
``GREATER``); brackets are the opening and closing ones among these.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

__all__ = ["MAX_LENGTH", "embedding_levels", "has_right_to_left", "mirror", "to_visual_order"]

MAX_LENGTH = 20_000
"""Characters of the longest text that is reordered."""

_MAX_DEPTH = 125
_EMBEDDINGS = {"RLE": None, "LRE": None, "RLO": "R", "LRO": "L"}
_ISOLATES = frozenset({"LRI", "RLI", "FSI"})
_REMOVED = frozenset({"RLE", "LRE", "RLO", "LRO", "PDF", "BN"})
_SPACE = frozenset({"WS", "PDI"}) | _ISOLATES | _REMOVED
_LETTER = {"L": "L", "R": "R", "AL": "A", "EN": "E", "AN": "N", "ES": "S", "ET": "T", "CS": "C",
           "NSM": "M", "LRI": "i", "RLI": "i", "FSI": "i", "PDI": "i"}  # fmt: skip
"""One letter a class; ``n`` is any other neutral."""
_RISE = ({"R": 1, "E": 2, "N": 2}, {"L": 1, "E": 1, "N": 1})
"""I1 and I2, for even and odd levels."""

_TURNING = re.compile(
    "[\u0590-\u08ff\u200f\u202a-\u202e\u2066-\u2069\ufb1d-\ufdff\ufe70-\ufefe"
    "\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_PARAGRAPH = re.compile("(?<=[\n\r\x1c-\x1e\x85\u2029])")
_OTHER_SIDE = {"LEFT": "RIGHT", "RIGHT": "LEFT", "LESS": "GREATER", "GREATER": "LESS"}
_SIDE = re.compile(r"\b(LEFT|RIGHT|LESS|GREATER)\b")

_Run = tuple[list[int], str, str]
"""Positions of one run, and the directions before and after it (sos and eos)."""


def has_right_to_left(text: str) -> bool:
    """Whether any character could be displayed out of order."""
    return _TURNING.search(text) is not None


def to_visual_order(text: str) -> str:
    """The characters from left to right as a reader sees them, mirrored where they are reversed.

    A text of more than LONGEST characters is returned as it is.
    """
    if len(text) > MAX_LENGTH or not has_right_to_left(text):
        return text
    return "".join(map(_reorder_line, _PARAGRAPH.split(text)))


@lru_cache(maxsize=4096)
def mirror(character: str) -> str:
    """The character that is the mirror image of this one, or itself where there is none."""
    if not unicodedata.mirrored(character):
        return character
    name = unicodedata.name(character, "")
    try:
        other = unicodedata.lookup(_SIDE.sub(lambda match: _OTHER_SIDE[match[0]], name))
    except KeyError:
        return character
    return other if unicodedata.mirrored(other) else character


def embedding_levels(text: str) -> list[int]:
    """The level of each character of one paragraph, after rule L1."""
    written = [unicodedata.bidirectional(character) or "L" for character in text]
    classes, found = _resolve_explicit(written)
    for places, before, after in _split_runs(written, found):
        letters = "".join(_LETTER.get(classes[place], "n") for place in places)
        own = "LR"[found[places[0]] % 2]
        letters = _resolve_brackets(
            _resolve_weak(letters, before), [text[place] for place in places], before, own
        )
        for place, letter in zip(
            places, _resolve_neutral(letters, before, after, own), strict=True
        ):
            found[place] += _RISE[found[place] % 2].get(letter, 0)
    for place, kind in enumerate(written):
        # A removed character must not separate its neighbours (X9, as in ICU).
        if kind in _REMOVED:
            found[place] = found[place - 1] if place else 0
    blank = True
    for place in reversed(range(len(text))):  # L1
        blank = written[place] in ("S", "B") or (blank and written[place] in _SPACE)
        found[place] = 0 if blank else found[place]
    return found


def _reorder_line(text: str) -> str:
    """L2 to L4 for one paragraph; combining marks stay behind their base character."""
    units: list[tuple[str, int]] = []
    for character, level in zip(text, embedding_levels(text), strict=True):
        if units and units[-1][1] == level and unicodedata.category(character)[0] == "M":
            units[-1] = units[-1][0] + character, level
        else:
            units.append((mirror(character) if level % 2 else character, level))
    for level in range(max((level for _, level in units), default=0), 0, -1):
        start = 0
        while start < len(units):
            end = start
            while end < len(units) and units[end][1] >= level:
                end += 1
            units[start:end] = units[start:end][::-1]
            start = max(end, start + 1)
    return "".join(unit for unit, _ in units)


def _resolve_explicit(written: Sequence[str]) -> tuple[list[str], list[int]]:
    """X1 to X8: classes after overrides, and levels by embeddings, overrides and isolates."""
    stack: list[tuple[int, str | None, bool]] = [(0, None, False)]
    isolates_beyond = embeddings_beyond = isolates = 0
    classes, found = [], []
    for place, kind in enumerate(written):
        if kind == "PDI" and isolates_beyond:
            isolates_beyond -= 1
        elif kind == "PDI" and isolates:
            embeddings_beyond = 0
            isolates -= 1
            while not stack.pop()[2]:
                pass
        elif kind == "PDF" and not isolates_beyond:
            if embeddings_beyond:
                embeddings_beyond -= 1
            elif not stack[-1][2] and len(stack) > 1:
                stack.pop()
        level, override, _ = stack[-1]
        found.append(level if kind != "B" else 0)
        classes.append(kind if override is None or kind in ("B", *_REMOVED) else override)
        if kind in _EMBEDDINGS or kind in _ISOLATES:
            backwards = kind[0] == "R" or (kind == "FSI" and _starts_right_to_left(written, place))
            level = (level + 1) | 1 if backwards else (level + 2) & ~1
            isolate = kind in _ISOLATES
            if level <= _MAX_DEPTH and not isolates_beyond and not embeddings_beyond:
                stack.append((level, _EMBEDDINGS.get(kind), isolate))
                isolates += isolate
            elif isolate:
                isolates_beyond += 1
            elif not isolates_beyond:
                embeddings_beyond += 1
    return classes, found


def _starts_right_to_left(written: Sequence[str], start: int) -> bool:
    """P2 and P3: whether the first strong character of an isolate is right to left."""
    depth = 0
    for kind in written[start:]:
        depth += (kind in _ISOLATES) - (kind == "PDI")
        if not depth or (depth == 1 and kind in ("L", "R", "AL")):
            return kind in ("R", "AL")
    return False


def _split_runs(written: Sequence[str], levels: Sequence[int]) -> list[_Run]:
    """X9 and X10: the characters of one level, without the isolates inside."""
    runs: list[list[int]] = []
    current: list[list[int] | None] = [None]
    kept = [place for place, kind in enumerate(written) if kind not in _REMOVED]
    for place in kept:
        if written[place] == "PDI" and len(current) > 1:
            current.pop()
        run = current[-1]
        if run is None or levels[run[-1]] != levels[place]:
            run = current[-1] = []
            runs.append(run)
        run.append(place)
        if written[place] in _ISOLATES:
            current.append(None)
    beside = zip(kept, [None, *kept], [*kept[1:], None], strict=False)
    around = {place: (before, after) for place, before, after in beside}

    def direction(run: Sequence[int], place: int | None) -> str:
        return "LR"[max(levels[run[0]], 0 if place is None else levels[place]) % 2]

    return [
        (
            run,
            direction(run, around[run[0]][0]),
            direction(run, None if written[run[-1]] in _ISOLATES else around[run[-1]][1]),
        )
        for run in runs
    ]


def _resolve_weak(letters: str, before: str) -> str:
    """W1 to W7."""

    def replaced(old: str, new: str) -> Callable[[re.Match[str]], str]:
        return lambda match: match[0].replace(old, new)

    found = re.sub(
        "(.)(M+)", lambda m: m[1] + ("n" if m[1] == "i" else m[1]) * len(m[2]), before + letters
    )
    found = re.sub("A[^LRA]*", replaced("E", "N"), found).replace("A", "R")
    found = re.sub("(?<=E)[SC](?=E)", "E", found)
    found = re.sub("(?<=N)C(?=N)", "N", found)
    found = re.sub("(?<=E)T+|T+(?=E)", lambda m: "E" * len(m[0]), found)
    return re.sub("L[^LR]*", replaced("E", "L"), re.sub("[STC]", "n", found))[1:]


def _resolve_neutral(letters: str, before: str, after: str, own: str) -> str:
    """N1 and N2."""

    def chosen(match: re.Match[str]) -> str:
        left, right = ("L" if side == "L" else "R" for side in (match[1], match[3]))
        return match[1] + (left if left == right else own) * len(match[2])

    return re.sub("([LREN])([ni]+)(?=([LREN]))", chosen, before + letters + after)[1:-1]


def _resolve_brackets(letters: str, text: Sequence[str], before: str, own: str) -> str:
    """N0: both brackets of a pair have one direction."""
    found = list(letters)
    other = "L" if own == "R" else "R"
    for start, end in sorted(_find_bracket_pairs(letters, text)):
        inside = {"L" if x == "L" else "R" for x in found[start + 1 : end] if x in "LREN"}
        past = ("L" if x == "L" else "R" for x in reversed(found[:start]) if x in "LREN")
        if own in inside:
            found[start] = found[end] = own
        elif inside:
            found[start] = found[end] = other if next(past, before) == other else own
    return "".join(found)


def _find_bracket_pairs(letters: str, text: Sequence[str]) -> Iterator[tuple[int, int]]:
    """BD16: pairs of matching brackets, nested at most 63 deep."""
    opened: list[tuple[str, int]] = []
    for place, character in enumerate(text):
        form = unicodedata.normalize("NFD", character)
        category = unicodedata.category(form) if letters[place] == "n" else ""
        if category == "Ps" and mirror(form) != form:
            if len(opened) == 63:
                return
            opened.append((mirror(form), place))
        elif category == "Pe":
            matching = [depth for depth, (wanted, _) in enumerate(opened) if wanted == form]
            if matching:
                yield opened[matching[-1]][1], place
                del opened[matching[-1] :]
