"""Effects on distributions as signals: rates per level, and what merely follows."""

from __future__ import annotations

import msgspec
import pytest

from lab.experiment.columns.column import Column, ColumnGroup
from lab.experiment.columns.noise_measures import Measure
from lab.experiment.confirm.distribution_shifts import Shift
from lab.experiment.tabulate.rate_signals import build_rate_signals
from tests.experiment.tabulate.build import BODY, CONTROL, Study
from tests.reports.examples import COPIED

TOKYO = {"timezone": "Asia/Tokyo"}
STUDY = Study(*[({}, {})] * 4, *[(TOKYO, {})] * 4)
VALUES = (1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0, None)


def effect(nature="category", location=BODY, p_adjusted=0.01, values=VALUES):
    measure = Measure(location, nature, values, "arm b")
    (level,) = STUDY.changes(**TOKYO)
    shift = Shift(measure, level, True, 0.5, 0.001)
    column = Column(location, "rate", shift.labels)
    one = STUDY.effect(column, levels=TOKYO)
    group = ColumnGroup(shift.marks, (column,))
    return msgspec.structs.replace(one, group=group, shift=shift, p_adjusted=p_adjusted)


def build(*effects, others=()):
    return build_rate_signals(effects, others, STUDY.trials)


def test_each_level_has_its_rate_the_control_first():
    (signal,) = build(effect())
    assert [(row.levels["timezone"], row.value, row.share) for row in signal.table] == [
        ("UTC", "arm b in 1 of 4 trials", 0.25),
        ("Asia/Tokyo", "arm b in 3 of 3 trials", 1.0),
    ]
    assert (signal.cause, signal.kind, signal.covert) == (("timezone",), "derived", False)


def test_the_pair_is_the_control_and_the_level():
    (signal,) = build(effect())
    assert (signal.pair.left, signal.pair.right) == (CONTROL.digest, CONTROL.but(TOKYO).digest)
    assert signal.pair.left_value == "arm b in 1 of 4 trials"
    assert signal.pair.right_value == "arm b in 3 of 3 trials"


@pytest.mark.parametrize(
    ("nature", "kind", "covert"),
    [
        ("seconds", "timing", True),
        ("presence", "presence", False),
        ("count", "count", False),
        ("number", "derived", False),
    ],
)
def test_the_kind_follows_from_the_measure(nature, kind, covert):
    (signal,) = build(effect(nature))
    assert (signal.kind, signal.covert) == (kind, covert)


def test_locations_of_one_message_are_one_signal_led_by_the_most_certain():
    other = msgspec.structs.replace(BODY, pointer="/y")
    (signal,) = build(effect(p_adjusted=0.04), effect(location=other, p_adjusted=0.02))
    assert signal.fields == (other, BODY)
    assert signal.p_adjusted == 0.02


def plain(location=BODY, kind="derived", cause=("timezone",)):
    return msgspec.structs.replace(COPIED, cause=cause, kind=kind, location=location)


def test_noise_beside_a_signal_of_the_same_cause_follows_from_it():
    assert build(effect(), others=[plain()]) == ()
    assert build(effect(), others=[plain(cause=("ci",))])
    elsewhere = msgspec.structs.replace(BODY, host="other.example")
    assert build(effect(), others=[plain(elsewhere)])


def test_times_follow_from_requests_that_come_and_go_anywhere():
    elsewhere = msgspec.structs.replace(BODY, host="other.example")
    timing = effect("seconds", BODY.message.with_part("timing"))
    assert build(timing, others=[plain(elsewhere, "presence")]) == ()
    assert build(timing, others=[plain(elsewhere, "derived")])
