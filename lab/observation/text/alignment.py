"""Texts aligned with a reference: which of its words were replaced, and by what.

A text is cut into words; blanks, commas and semicolons are the prefix of the word behind them, so
that they never count as something that two texts have in common.  All texts of a location are
aligned with one reference together (:func:`align_texts`), in three steps:

1. Each text is compared with the reference by itself
   (:func:`~lab.observation.text.word_blocks.find_blocks`).
2. What differs in any text forms *windows* of the reference, with words around them that no text
   changed.  In each window, texts with fewer changes come first: their replacements become known.
   A text with more changes is explained by known replacements side by side wherever that gives
   the text exactly; only what cannot be explained in this way is a replacement of its own.
3. Replacements that overlap form one *slot*.

So a replacement is read in the same way whatever else differs, once a text has shown it alone.
Where the same words may stand at two places, two changes can still be read as words that moved.

A slot is a range of words of the reference; an empty one is the gap before a word.  Its value is
the part of the text that stands there, ``""`` where nothing does.  Reference and values give the
text back.

A text that has little in common with a long reference is one replacement of the whole: it cannot
disturb the comparison of the rest.  The work is bounded for hostile texts: where too many
explanations are possible, what differs counts as one replacement.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from lab.observation.text.replacements import (
    MAX_STATES,
    Replacement,
    WindowExplanation,
    replace_words,
)
from lab.observation.text.word_blocks import (
    Block,
    SplitText,
    Word,
    find_blocks,
    join_words,
    split_reference,
    split_words,
    strip_separators,
)

__all__ = ["Alignment", "Slot", "align_texts", "get_surrounding_text"]

_LONG = 200
"""Words from which a text can be too different to be compared word by word."""
_MIN_COMMON = 1 / 3
"""The share of words that a long text has in common with the reference at least."""
_MAX_SHOWN = 200


class Slot(NamedTuple):
    """A range of words of the reference, ``low`` to before ``high``.

    Where both are equal it is the gap before a word.  ``START`` and ``END`` are the separators
    around the text, ``WHOLE`` stands for all of a text that has little in common with the others.
    """

    low: int
    high: int


START = Slot(-1, 0)
END = Slot(1 << 60, 1 << 60)
WHOLE = Slot(-2, 1 << 60)


class Alignment(NamedTuple):
    """All texts of a location, aligned with one reference.

    Attributes:
        slots: The slots, in the order of the reference.
        values: For each text the values of the slots in which it may differ from the reference.
        usual: The value of each slot in the reference, and in each text that has no own.
        unknown: The texts that are known in the slot ``WHOLE`` only.
    """

    slots: tuple[Slot, ...]
    values: Mapping[str, Mapping[Slot, str]]
    usual: Mapping[Slot, str]
    unknown: frozenset[str] = frozenset()

    def get_value(self, text: str, slot: Slot) -> str | None:
        """What a text has in a slot; None where that cannot be said."""
        if text in self.unknown and slot != WHOLE:
            return None
        return self.values[text].get(slot, self.usual[slot])


FindBlocks = Callable[[str, str], Sequence[Block]]


def align_texts(
    reference: str, texts: Collection[str], find: FindBlocks = find_blocks
) -> Alignment:
    """Align texts with a reference.

    Args:
        reference: The text that the others are compared with.
        texts: The texts; the order is not important.
        find: Compares one text with the reference; a cache of it changes no result.
    """
    model = split_reference(reference)
    split = {text: split_words(text) for text in sorted(set(texts) - {reference})}
    blocks = {text: find(reference, text) for text in split}
    unknown = frozenset(text for text in split if _is_foreign(model, split[text], blocks[text]))
    compared = [text for text in split if text not in unknown]
    replacements = _explain_texts(
        model.words, {text: (split[text].words, blocks[text]) for text in compared}
    )
    slots = _join_ranges(replacements.values())
    values = {text: _fill_slots(slots, found, model.words) for text, found in replacements.items()}
    usual = {slot: join_words(model.words[slot.low : slot.high]) for slot in slots}
    _drop_separators(model.words, values.values(), usual)
    for slot, own in ((START, "lead"), (END, "tail")):
        usual[slot] = getattr(model, own)
        for text in compared:
            if (value := getattr(split[text], own)) != usual[slot]:
                values[text][slot] = value
    if unknown:
        usual[WHOLE] = _find_common_text([reference, *compared])
        values |= {text: {WHOLE: text} for text in unknown}
    values[reference] = {}
    changed = {slot for found in values.values() for slot in found}
    return Alignment(tuple(sorted(changed)), values, usual, unknown)


def get_surrounding_text(reference: str, slot: Slot, width: int = 40) -> tuple[str, str]:
    """Return some text before and after a slot of the reference, to show where it stands.

    Args:
        reference: The text that others are aligned with.
        slot: A slot of it.
        width: Characters on each side, at most.
    """
    if slot in (START, WHOLE):
        return "", reference[:width] if slot == START else ""
    if slot == END:
        return reference[-width:], ""
    model = split_reference(reference)
    before = join_words(model.words[max(0, slot.low - width) : slot.low])
    after = join_words(model.words[slot.high : slot.high + width])
    if model.words:
        # The first word has separators that are not sent before it.
        own = model.words[0].separators
        before = before.removeprefix(own) if slot.low <= width else before
        after = after.removeprefix(own) if not slot.high else after
    return before[-width:], after[:width]


def _is_foreign(model: SplitText, text: SplitText, blocks: Sequence[Block]) -> bool:
    """Whether a long text has too little in common with the reference."""
    longest = max(len(model.words), len(text.words))
    common = len(model.words) - sum(block.high - block.low for block in blocks)
    return longest > _LONG and common < _MIN_COMMON * longest


def _explain_texts(
    model: Sequence[Word], texts: Mapping[str, tuple[Sequence[Word], Sequence[Block]]]
) -> dict[str, list[Replacement]]:
    """The replacements that give each text, known ones wherever possible.

    ``texts`` has the words of each text, and its blocks.
    """
    found: dict[str, list[Replacement]] = {text: [] for text in texts}
    states = MAX_STATES
    windows = _find_windows([blocks for _, blocks in texts.values()])
    lows = [low for low, _ in windows]
    inside: list[dict[str, list[Block]]] = [{} for _ in windows]
    for text, (_, blocks) in texts.items():
        for block in blocks:
            number = bisect_right(lows, block.low) - 1
            inside[number].setdefault(text, []).append(block)
    for (low, high), members in zip(windows, inside, strict=True):
        here: dict[tuple[Word, ...], list[str]] = defaultdict(list)
        own: dict[tuple[Word, ...], list[Replacement]] = {}
        for text, blocks in members.items():
            words = texts[text][0]
            start = blocks[0].start - (blocks[0].low - low)
            end = blocks[-1].end + (high - blocks[-1].high)
            content = tuple(words[start:end])
            here[content].append(text)
            own[content] = [
                replace_words(model, block.low, block.high, words[block.start : block.end])
                for block in blocks
            ]
        explain = WindowExplanation(model, low, high, states)
        for content in sorted(here, key=lambda content: (_count_changes(own[content]), content)):
            for text in here[content]:
                found[text] += explain.explain(content, own[content])
        states = explain.states_left
    return found


def _find_windows(texts: Collection[Sequence[Block]]) -> list[tuple[int, int]]:
    """Ranges of the reference that hold all blocks which overlap or touch each other."""
    windows: list[tuple[int, int]] = []
    for low, high in sorted({(block.low, block.high) for blocks in texts for block in blocks}):
        if windows and low <= windows[-1][1]:
            windows[-1] = (windows[-1][0], max(high, windows[-1][1]))
        else:
            windows.append((low, high))
    return windows


def _count_changes(replacements: Sequence[Replacement]) -> tuple[int, int]:
    """How many replacements there are, and how many words they concern."""
    return len(replacements), sum(one.high - one.low + len(one.words) for one in replacements)


def _join_ranges(texts: Collection[Sequence[Replacement]]) -> list[Slot]:
    """The slots: ranges of replacements, those that overlap joined; those that touch are not."""
    slots: list[Slot] = []
    for low, high in sorted({(one.low, one.high) for found in texts for one in found}):
        if slots and low < slots[-1].high:
            slots[-1] = Slot(slots[-1].low, max(high, slots[-1].high))
        else:
            slots.append(Slot(low, high))
    return slots


def _fill_slots(
    slots: Sequence[Slot], replacements: Sequence[Replacement], model: Sequence[Word]
) -> dict[Slot, str]:
    """What a text has in each slot in which it was replaced."""
    lows = [slot.low for slot in slots]
    pieces: dict[Slot, list[Replacement]] = defaultdict(list)
    for one in replacements:
        index = bisect_right(lows, one.low) - 1
        # Of two slots that begin at one word, the first is the gap before it.
        if index and slots[index - 1].low == one.low == one.high == slots[index - 1].high:
            index -= 1
        pieces[slots[index]].append(one)
    values = {}
    for slot, found in pieces.items():
        words: list[Word] = []
        low = slot.low
        for one in sorted(found, key=lambda one: (one.low, one.high)):
            words += (*model[low : one.low], *one.words)
            low = one.high
        values[slot] = join_words([*words, *model[low : slot.high]])
    return values


def _drop_separators(
    model: Sequence[Word], values: Collection[dict[Slot, str]], usual: dict[Slot, str]
) -> None:
    """Take the separators off that all values of a slot begin with: they are not what differs.

    Those of a text's first word stand for the ones that it would have elsewhere in a list.
    """
    first = model[0].separators if model else " "
    for slot in usual:
        holders = [usual, *(found for found in values if slot in found)]
        every = {found[slot] for found in holders}
        leads = {value[: len(value) - len(strip_separators(value))] for value in every}
        separators = first if not slot.low else leads.pop() if len(leads) == 1 else ""
        for found in holders:
            found[slot] = found[slot].removeprefix(separators)


def _find_common_text(texts: Sequence[str]) -> str:
    """What all of these texts begin with, or else end with, or nothing."""
    if common := _find_common_start(texts):
        return common[:_MAX_SHOWN]
    backwards = _find_common_start([text[::-1] for text in texts])
    return backwards[:_MAX_SHOWN][::-1]


def _find_common_start(texts: Sequence[str]) -> str:
    first, last = min(texts, default=""), max(texts, default="")
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), None)
    return first[:length]
