"""Interactions that are none: texts in which two inputs changed words beside each other.

Where one factor replaces a word and another factor the word beside it, the text under both has the
two replacements side by side.  That is no interaction, however the words were divided into slots.
A suspected interaction is therefore compared with the merge of what each of its levels does alone
(a three-way merge, as of version control: Khanna, Kunal and Pierce, "A formal investigation of
diff3", 2007).  Where the merge is the text that was sent, nothing is left that needs both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.trials.contrasts import Changes, TrialTable
from lab.experiment.trials.row import Row
from lab.observation.location import Location
from lab.observation.text.masks import mask
from lab.observation.text.word_blocks import find_blocks, join_words, split_reference

__all__ = ["is_additive", "is_merge"]

_MAX_LENGTH = 1 << 18


def is_additive(
    group: ColumnGroup, combinations: Sequence[Changes], rows: Sequence[Row], trials: TrialTable
) -> bool:
    """Whether each level alone explains what a group of columns shows under several.

    Args:
        group: Columns with the same pattern.
        combinations: The changes, of several factors each, that showed the effect.
        rows: All trials.
        trials: The changes of each.

    Returns:
        True where that is so for every column, in each of the combinations of which all texts are
        known; False also where none is known.
    """
    return all(
        column.view in ("exact", "masked") and _is_merged(column, combinations, rows, trials)
        for column in group.columns
    )


def _is_merged(
    column: Column, combinations: Sequence[Changes], rows: Sequence[Row], trials: TrialTable
) -> bool:
    def find(changes: Changes) -> str | None:
        return _find_text(column.location, changes, rows, trials)

    if _is_blanked(column):
        return False
    base = find(frozenset())
    judged = []
    for combination in combinations:
        together = find(combination)
        alone = [find(frozenset({setting})) for setting in sorted(combination)]
        known = [text for text in alone if text is not None]
        if base is not None and together is not None and len(known) == len(alone):
            judged.append(is_merge(base, known, together))
    return bool(judged) and all(judged)


def _is_blanked(column: Column) -> bool:
    """Whether values that differ are equal once numbers and identifiers are blanked."""
    values = {value for value in column.values if value is not None}
    return len({mask(value) for value in values}) < len(values)


def _find_text(
    location: Location, changes: Changes, rows: Sequence[Row], trials: TrialTable
) -> str | None:
    """What trials with exactly these changes mostly sent, numbers and identifiers blanked.

    None where they sent several texts, or there is no such trial.
    """
    texts = []
    for row in trials.rows_by_changes.get(changes, ()):
        values = rows[row].features.get(location, ())
        if len(values) != 1 or len(values[0]) > _MAX_LENGTH:
            return None
        texts.append(mask(values[0]))
    return Counter(texts).most_common(1)[0][0] if texts else None


def is_merge(base: str, alone: Sequence[str], together: str) -> bool:
    """Whether a text has the changes of several others side by side, in any order.

    Args:
        base: The text without any change.
        alone: The text with each of the changes.
        together: The text that is to be explained.
    """
    wanted = join_words(split_reference(together).words)
    return any(_merge(base, order) == wanted for order in permutations(alone))


def _merge(base: str, texts: Sequence[str]) -> str | None:
    """The base with the replacements of all texts; None where they concern the same words.

    Of two replacements at one position, that of the first text stands first.
    """
    words = split_reference(base).words
    pieces = []
    for number, text in enumerate(texts):
        theirs = split_reference(text).words
        pieces += [
            (block.low, block.high, number, theirs[block.start : block.end])
            for block in find_blocks(base, text)
        ]
    pieces.sort(key=lambda piece: piece[:3])
    merged = []
    position = 0
    for low, high, _, replacement in pieces:
        if low < position:
            return None
        merged += [*words[position:low], *replacement]
        position = high
    return join_words([*merged, *words[position:]])
