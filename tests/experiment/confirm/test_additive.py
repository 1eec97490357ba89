import pytest

from lab.environment import Environment
from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.confirm.additive import is_additive, is_merge
from lab.experiment.trials.contrasts import Setting, TrialTable
from lab.experiment.trials.planned import PlannedTrial
from lab.experiment.trials.row import Row
from lab.observation.location import Location

PLACE = Location("http", "api.example", "POST", "/v1", "body", "/text")
CONTROL = Environment.of({"a": "0", "b": "0"})


@pytest.mark.parametrize(
    ("base", "alone", "together"),
    [
        (
            "x Debian 12 term y",
            ["x Arch Linux n/a term y", "x Debian 12 kitty y"],
            "x Arch Linux n/a kitty y",
        ),
        ("A B", ["X A B", "B"], "X B"),
        ("on two of us", ["on two of two of us", "on us"], "on two of us"),
        ("a b", ["a x b", "a y b"], "a x y b"),
        ("a b", ["a x b", "a y b"], "a y x b"),
        ("a b c", ["a b", "b c", "a c"], ""),
    ],
)
def test_changes_side_by_side_are_a_merge(base, alone, together):
    assert is_merge(base, alone, together)


@pytest.mark.parametrize(
    ("base", "alone", "together"),
    [
        ("It's noon", ["It's noon", "It's noon"], "It’s noon"),
        ("It's noon", ["Itʼs noon", "It's noon"], "It‐s noon"),
        ("a b c", ["a x c", "a y c"], "a xy c"),
        ("a b", ["x b", "a y"], "x y z"),
    ],
)
def test_what_needs_both_is_none(base, alone, together):
    assert not is_merge(base, alone, together)


def judge(texts, view="exact", values=None):
    """Whether the combination of both factors is additive; texts by the levels of a and b.

    ``values`` are those of the slot that is judged, the whole texts if None.
    """
    environments = [CONTROL.but({"a": one, "b": other}) for one, other in texts]
    rows = [
        Row(PlannedTrial(environment, 0), {PLACE: (text,)})
        for environment, text in zip(environments, texts.values(), strict=True)
    ]
    column = Column(PLACE, view, values or tuple(texts.values()))
    group = ColumnGroup(tuple(range(len(rows))), (column,))
    both = frozenset({Setting("a", "1"), Setting("b", "1")})
    unknown = frozenset({Setting("a", "2"), Setting("b", "1")})
    return is_additive(group, [both, unknown], rows, TrialTable(CONTROL, environments))


def test_numbers_that_vary_are_blanked():
    texts = {("0", "0"): "id 17 p q", ("1", "0"): "id 23 x q", ("0", "1"): "id 5 p y"}
    assert judge(texts | {("1", "1"): "id 8 x y"}, values=("p", "x", "p", "x"))
    assert not judge(texts | {("1", "1"): "id 8 x q"}, values=("p", "x", "p", "x"))


def test_what_blanking_hides_is_not_refuted():
    texts = {("0", "0"): "build 7 p", ("1", "0"): "build 7 p", ("0", "1"): "build 7 p"}
    assert not judge(texts | {("1", "1"): "build 8 p"})


def test_what_is_unknown_is_not_additive():
    assert not judge({("0", "0"): "p q", ("1", "0"): "x q", ("1", "1"): "x y"})


def test_presence_is_not_a_text():
    texts = {("0", "0"): "p q", ("1", "0"): "x q", ("0", "1"): "p y", ("1", "1"): "x y"}
    assert judge(texts)
    assert not judge(texts, view="presence")
