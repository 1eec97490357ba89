"""What both sides of a minimal pair send of each column of an effect."""

from __future__ import annotations

import pytest

from lab.experiment.columns.column import ABSENT, Column
from lab.experiment.tabulate.pair_columns import (
    contrast_columns,
    find_usual_value,
    is_absent_on_one_side,
    is_count,
)
from lab.observation.parts import MessagePart
from tests.experiment.tabulate.build import BODY, Study, contrast

TOKYO = {"timezone": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("left", "right", "absent"),
    [(None, "a", True), ("a", None, True), ("0", "2", True), ("a", "b", False), ("1", "2", False)],
)
def test_whether_one_side_has_nothing(left, right, absent):
    assert is_absent_on_one_side(contrast(left, right)) == absent


def test_which_views_say_how_often_and_not_what():
    views = ("count", "presence", "exact", "set", "canary")
    assert [is_count(contrast("1", "2", view=view)) for view in views] == [True, True, *[False] * 3]


def test_the_most_frequent_known_value_of_a_side():
    column = Column(BODY, "exact", ("a", None, None, "b", "b", ABSENT, ABSENT))
    assert find_usual_value(column, [0, 1, 2]) == "a"
    assert find_usual_value(column, [0, 3, 4]) == "b"
    assert find_usual_value(column, [1, 2]) is None
    assert find_usual_value(column, [0, 5, 6]) is None


def contrasts(before, after, view="exact", texts=None, location=BODY):
    sent = texts or (before, after)
    trials = [({}, {location: (sent[0],)})] * 2 + [(TOKYO, {location: (sent[1],)})] * 2
    study = Study(*trials)
    column = Column(location, view, (before, before, after, after))
    (found,) = contrast_columns(study.effect(column, levels=TOKYO), study.trials, study.rows)
    return found


def test_each_column_has_the_usual_values_of_both_sides():
    found = contrasts("plain", "other")
    assert (found.left, found.right, found.covert, found.moved) == ("plain", "other", False, False)


def test_a_difference_that_a_reader_does_not_notice_is_covert():
    assert contrasts("it's", "it’s").covert


def test_pieces_that_only_change_their_order_are_covert_and_moved():
    found = contrasts("a,b", "b,a", texts=("tags a,b", "tags b,a"))
    assert (found.covert, found.moved) == (True, True)


def test_a_visible_word_that_only_changed_its_place_is_covert():
    found = contrasts("a", "b", texts=("tags a,b", "tags b,a"))
    assert (found.covert, found.moved) == (True, True)


def test_in_a_body_a_hidden_difference_beside_a_visible_one_is_not_covert():
    texts = ("it's fine", "it’s grand")
    assert not contrasts("it's", "it’s", texts=texts).covert
    header = BODY.with_part(MessagePart.HEADER, "user-agent")
    assert contrasts("it's", "it’s", texts=texts, location=header).covert


def test_a_visible_difference_of_values_is_not_covert_where_the_words_around_agree():
    assert not contrasts("a", "b", texts=("a b x", "a b y")).covert


@pytest.mark.parametrize(
    ("texts", "covert"), [(("fine", "fi\u200bne"), True), (("fine", "grand"), False)]
)
def test_of_a_length_the_texts_show_whether_it_is_covert(texts, covert):
    found = contrasts("4 characters", "5 characters", view="length", texts=texts)
    assert (found.covert, found.moved) == (covert, False)


def test_a_count_is_never_covert_and_never_moved():
    assert not contrasts("1", "2", view="count").covert
    found = contrasts("1", "2", view="count", texts=("a1,b2", "b2,a1"))
    assert (found.covert, found.moved) == (False, False)
