from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from lab.observation.text.word_blocks import (
    Block,
    Word,
    find_blocks,
    join_words,
    split_reference,
    split_words,
    strip_separators,
)

texts = st.one_of(st.text(), st.text(alphabet="ab \n,;", max_size=30))


@given(texts)
def test_the_words_and_what_stands_around_them_are_the_text(text):
    split = split_words(text)
    assert split.lead + join_words(split.words) + split.tail == text
    assert not strip_separators(split.lead)
    assert not strip_separators(split.tail)


@given(texts, texts)
def test_what_is_no_block_is_the_same_in_both(reference, text):
    first, second = split_reference(reference).words, split_words(text).words
    blocks = find_blocks(reference, text)
    one = other = 0
    for block in (*blocks, Block(len(first), len(first), len(second), len(second))):
        assert block.low - one == block.start - other
        for here, there in zip(first[one : block.low], second[other : block.start], strict=True):
            assert here.core == there.core
            assert there.separators in (here.separators, "")
        one, other = block.high, block.end
    assert all(first.high < second.low for first, second in pairwise(blocks))


def test_the_first_word_is_the_same_word_elsewhere():
    assert split_reference("a, b").words == (Word(", ", "a"), Word(", ", "b"))
    assert find_blocks("a, b, c", "b, c") == (Block(0, 1, 0, 0),)
    assert find_blocks("b, c", "a, b, c") == (Block(0, 0, 0, 1),)


def test_blanks_are_nothing_in_common():
    assert find_blocks("a b c d", "w x y z") == (Block(0, 4, 0, 4),)


def test_words_that_occur_once_hold_their_lines_together():
    reference = "the x one the x two the x three"
    assert find_blocks(reference, "the x two the x three") == (Block(2, 5, 2, 2),)


def test_other_separators_count_as_a_replaced_word():
    assert find_blocks("a b c", "a  b c") == (Block(1, 2, 1, 2),)
