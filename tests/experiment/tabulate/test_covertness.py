"""The stretches in which two texts differ: what stands in them is judged together."""

from __future__ import annotations

import pytest

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.columns.ladder import View
from lab.experiment.confirm.effect import Effect
from lab.experiment.tabulate.covertness import (
    _TOKENS,
    TextPair,
    _find_replaced,
    choose_texts,
    is_confined,
    is_hidden,
    is_moved,
    may_lack_lists,
)
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.location import Location
from lab.observation.parts import MessagePart

PLACE = Location("http", "api.example", "POST", "/v1", "body", "/x")


def column(view: View = "exact", *values: str, part: str = "body") -> Column:
    return Column(Location("http", "api.example", "POST", "/v1", part, "/x"), view, values)


@pytest.mark.parametrize(
    ("left", "right", "view", "expected"),
    [
        ("on...", "on\N{HORIZONTAL ELLIPSIS}", "exact", True),
        ("well-read", "well\N{NON-BREAKING HYPHEN}read", "masked", True),
        ("gzip, br", "br, gzip", "exact", True),
        ("a:‹n›,b:c", "b:c,a:‹n›", "masked", True),
        ("‹n›", "-‹n›", "masked", False),
        ("‹n›", "‹hex›", "masked", False),
        ("‹n›-‹n›", "‹n›/‹n›", "masked", True),
        ("‹n›", "‹n›,‹n›", "masked", False),
        ("base64", "base64+utf-8", "canary", False),
        ("one", "two", "exact", False),
        ("1", "2", "count", False),
    ],
)
def test_what_a_reader_would_not_notice(left, right, view, expected):
    assert is_hidden(column(view), left, right) is expected
    assert is_hidden(column(view), right, left) is expected


def test_what_is_absent_on_one_side_is_not_hidden():
    assert not is_hidden(column(part="header order"), None, "a")
    assert is_hidden(column(part="header order"), "a\nb", "b\na")


@pytest.mark.parametrize(
    ("before", "after", "lacks"),
    [
        (("a\nb", "b\na"), ("b\na",), True),  # an event that is not sent
        (("a\nb", "a\nb"), ("a\nb", "b\na"), False),  # one in another order
        (("a\nb",), ("b\na", "b\na"), False),  # all in another order
    ],
)
def test_an_order_that_is_missing_with_its_list_is_not_hidden(before, after, lacks):
    order = column("order", part="key order")
    control = Environment.of({"ci": "none"})
    rows = [
        Row(PlannedTrial(control, number), {order.location: lists})
        for number, lists in enumerate((before, after))
    ]
    left, right = (
        "\n".join(sorted({text.replace("\n", " ") for text in lists})) for lists in (before, after)
    )
    assert may_lack_lists(order, left, right, ([0], [1]), rows) is lacks
    assert may_lack_lists(order, right, left, ([1], [0]), rows) is lacks
    assert not may_lack_lists(column("exact"), left, right, ([0], [1]), rows)


def test_blanks_come_and_go_with_the_words_around_them():
    assert is_confined("a ", "a  ", TextPair("say a then b", "say a  then b"))
    assert not is_confined("-", "\N{EN DASH}", TextPair("x old - word", "x new \N{EN DASH} term"))


def test_pieces_are_reordered_though_numbers_beside_them_vary():
    texts = TextPair("n:1|c|#a,b,run:12345678", "n:1|c|#b,a,run:87654321")
    assert is_moved(column("masked"), "x", "y", texts)
    assert is_moved(column(), "a", "b", texts)
    # The number that a column shows exactly is no noise.
    texts = TextPair("run 77,a 1,b 2", "run 88,b 3,a 1")
    assert not is_moved(column(), "2", "3", texts)


def test_of_the_trials_of_both_sides_the_two_most_alike_are_compared():
    control = Environment.of({"a": "0", "b": "0", "c": "0"})
    levels = [{}, {"b": "1"}, {"a": "1", "b": "1"}, {"a": "1", "c": "1"}]
    said = ["x one", "x two", "y two", "y six"]
    rows = [
        Row(PlannedTrial(control.but(here)), {PLACE: (text,)})
        for here, text in zip(levels, said, strict=True)
    ]
    trials = TrialTable(control, [row.environment for row in rows])
    shown = column("exact", "x", "x", "y", "y")
    right = frozenset({Setting("a", "1")})
    effect = Effect(
        ColumnGroup((0, 0, 1, 1), (shown,)), ("a",), (right,), frozenset(), right, "a", frozenset()
    )
    sides = [0, 1], [2, 3]
    assert choose_texts(shown, effect, ("x", "y"), sides, rows, trials) == TextPair(
        "x two", "y two"
    )
    assert choose_texts(shown, effect, ("x", "z"), sides, rows, trials) is None


@pytest.mark.parametrize(
    ("left", "right", "stretches"),
    [
        ("a b c", "a x c", [("b", "x")]),
        ("a b c", "a b c", []),
        ("a a", "a", [(" a", "")]),
        ("", "x", [("", "x")]),
        ("a old word z", "a new term z", [("old word", "new term")]),
        ("a b\nc d", "a x\ny d", [("b", "x"), ("c", "y")]),
        ("a b k c d", "a x k y d", [("b", "x"), ("c", "y")]),
    ],
)
def test_words_that_differ_side_by_side_are_one_stretch(left, right, stretches):
    assert _find_replaced(_words(left), _words(right)) == stretches


def test_of_texts_that_differ_throughout_nothing_is_said():
    assert _find_replaced([f"a{n}" for n in range(5000)], [f"b{n}" for n in range(5000)]) == []


def _words(text: str) -> list[str]:
    return _TOKENS.findall(text)


def test_a_missing_handshake_is_not_hidden():
    column = Column(Location("tls", "api.example", part=MessagePart.ALPN), "set", ())
    assert is_hidden(column, "h2", "http/1.1")
    assert not is_hidden(column, "h2\nhttp/1.1", "h2")
    assert not is_hidden(column, "h2", "h2\nhttp/1.1")
