from difflib import SequenceMatcher

from hypothesis import given
from hypothesis import strategies as st

from lab.observation.text import lcs
from lab.observation.text.lcs import find_changes

words = st.lists(st.sampled_from("ab "), max_size=12)


@given(words, words)
def test_the_ranges_turn_one_into_the_other(left, right):
    rebuilt, done = [], 0
    for low, high, start, end in find_changes(left, right):
        assert (low, start) != (high, end)
        rebuilt += left[done:low] + right[start:end]
        done = high
    assert rebuilt + left[done:] == right


def longest(left, right):
    """The textbook's table (Wagner and Fischer, 1974)."""
    table = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for i, one in enumerate(left):
        for j, other in enumerate(right):
            same = table[i][j] + 1 if one == other else 0
            table[i + 1][j + 1] = max(same, table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


@given(words, words)
def test_no_subsequence_in_common_is_longer(left, right):
    kept = len(left) - sum(high - low for low, high, _, _ in find_changes(left, right))
    assert kept == longest(left, right)


def test_what_is_equal_has_no_changes():
    assert list(find_changes("same", "same")) == []
    assert list(find_changes("", "")) == []


def test_beyond_the_bound_the_middle_is_one_change(monkeypatch):
    monkeypatch.setattr(lcs, "MOST_CELLS", 8)
    assert list(find_changes("<axbyc>", "<1x2y3>")) == [(1, 6, 1, 6)]


def test_the_usual_matcher_agrees_on_ordinary_text():
    left = ["the", "time", "in", "Oslo", "is", "noon"]
    right = ["the", "time", "here", "in", "Rome", "is", "noon", "now"]
    usual = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    assert list(find_changes(left, right)) == [
        tuple(code[1:]) for code in usual if code[0] != "equal"
    ]
