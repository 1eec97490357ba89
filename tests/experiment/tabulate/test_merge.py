"""Signals of one cause with one pattern, or in one message, are merged."""

from __future__ import annotations

import msgspec
import pytest

from lab.experiment.tabulate.merge import merge_signals
from lab.findings.report import Location, TableRow
from lab.observation.parts import MESSAGE_PARTS
from tests.reports.examples import COPIED

HERE = Location("http", "a.example", "POST", "/v1", "body", "/x")
THERE = msgspec.structs.replace(HERE, pointer="/y")
ELSEWHERE = msgspec.structs.replace(HERE, path="/v2")


def signal(location=HERE, kind="derived", values=("a", "b"), **fields):
    table = tuple(
        TableRow({"hostname": f"level-{number}"}, value, 1) for number, value in enumerate(values)
    )
    return msgspec.structs.replace(
        COPIED,
        id=f"{location} {kind}",
        cause=("hostname",),
        kind=kind,
        encoding=None,
        covert=False,
        location=location,
        fields=(location,),
        table=table,
        beside=(),
        **fields,
    )


def merge(*drafts):
    """Merge signals, each with a pattern of its own unless one is given."""
    return merge_signals(
        draft if isinstance(draft, tuple) else (draft, (number,))
        for number, draft in enumerate(drafts)
    )


def test_signals_with_the_same_pattern_are_one_with_all_locations():
    (found,) = merge((signal(THERE), (0, 1)), (signal(ELSEWHERE), (0, 1)), (signal(HERE), (0, 1)))
    assert found.location == HERE
    assert found.fields == (HERE, THERE, ELSEWHERE)
    assert found.beside == ()


def test_signals_of_another_pattern_in_another_message_stay_apart():
    assert len(merge(signal(HERE), signal(ELSEWHERE, values=("c", "d")))) == 2


def test_plain_signals_of_one_message_are_one_led_by_the_most_informative():
    found = merge(signal(HERE, "presence"), signal(THERE, "copied"))
    (one,) = found
    assert (one.kind, one.location, one.fields) == ("copied", THERE, (THERE, HERE))


def test_of_one_kind_the_signal_with_most_values_leads():
    (one,) = merge(signal(HERE, values=("a", "b")), signal(THERE, values=("a", "b", "c")))
    assert one.location == THERE


def test_what_divides_the_levels_in_another_way_is_listed_beside():
    same = signal(HERE, values=("a", "b", "b"))
    other = signal(THERE, "copied", values=("x", "x", "y"))
    (one,) = merge(same, other)
    assert [beside.location for beside in one.beside] == [HERE]
    follows = signal(HERE, values=("a", "a", "b"))
    (one,) = merge(follows, other)
    assert one.beside == ()


def test_covert_signals_encodings_and_orders_are_not_merged_into_others():
    covert = msgspec.structs.replace(signal(HERE), covert=True)
    hashed = msgspec.structs.replace(signal(HERE, "encoded"), encoding="sha256")
    found = merge(signal(THERE, "copied"), covert, hashed, signal(HERE, "order"))
    assert [one.kind for one in found] == ["derived", "copied", "encoded", "order"]


def test_another_cause_or_part_is_another_signal():
    other = msgspec.structs.replace(signal(HERE), cause=("ci",))
    header = signal(msgspec.structs.replace(HERE, part="header"))
    assert len(merge(signal(THERE, "copied"), other, header)) == 3


@pytest.mark.parametrize("part", sorted(MESSAGE_PARTS))
def test_signals_of_the_whole_message_are_not_merged(part):
    whole = HERE.with_part(part)
    found = merge(signal(whole, "presence"), signal(whole, values=("a", "b", "c")))
    assert [one.kind for one in found] == ["derived", "presence"]


def test_covert_signals_come_first():
    covert = msgspec.structs.replace(signal(ELSEWHERE, "route"), covert=True)
    assert merge(signal(HERE, "copied"), covert)[0] == covert
