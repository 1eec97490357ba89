"""Signals that opting out does not end."""

import msgspec
import pytest

from lab.factors.strategies import control
from lab.findings.report import Location, TableRow
from lab.observation.records import Exit, Observation
from lab.pytest_plugin.client_traffic import Traffic
from lab.pytest_plugin.optout_diff import find_ignoring_optout
from tests.experiment.model import HOST, request
from tests.reports.examples import COPIED, ROUTE

QUESTION = request({"messages": [{"role": "user", "content": "Say ok."}]})
TELEMETRY = request({"name": "a", "id": 1}, path="/v1/names", host="other.example")
LESS = request({"id": 1}, path="/v1/names", host="other.example")


def seen(*events):
    return Traffic(control(), [Observation(events, Exit(1.0, "finished", 0, None, 0.1, b"", b""))])


def signal(host, path, pointer, **changes):
    place = Location("http", host, "POST", path, "body", pointer)
    return msgspec.structs.replace(COPIED, location=place, **changes)


NAME = signal("other.example", "/v1/names", "/name")


def test_what_goes_on_for_those_who_opted_out_is_reported():
    usual = seen(QUESTION, TELEMETRY)
    assert find_ignoring_optout([NAME], usual, usual) == [NAME]


@pytest.mark.parametrize("out", [[QUESTION], [QUESTION, LESS]], ids=["message", "field"])
def test_what_is_not_sent_any_more_has_ended(out):
    assert find_ignoring_optout([NAME], seen(QUESTION, TELEMETRY), seen(*out)) == []


def test_what_stands_in_the_question_itself_and_where_it_goes_is_left_out():
    usual = seen(QUESTION, TELEMETRY)
    asked = signal(HOST, "/v1/messages", "/messages/[user]/content")
    assert find_ignoring_optout([asked, ROUTE], usual, usual) == []


def test_what_was_not_seen_before_is_not_taken_for_ended():
    strange = signal("strange.example", "/", "/name")
    assert find_ignoring_optout([strange], seen(QUESTION, TELEMETRY), seen(QUESTION)) == [strange]


def report_of_rows(*rows):
    table = tuple(
        TableRow({"optout": out, "hostname": name}, value, 3) for out, name, value in rows
    )
    return msgspec.structs.replace(NAME, cause=("hostname", "optout"), table=table)


def test_what_ends_with_the_optout_is_none():
    usual = seen(QUESTION, TELEMETRY)
    honoured = report_of_rows(
        ("unset", "a", "a"), ("unset", "b", "b"), ("set", "a", None), ("set", "b", None)
    )
    assert find_ignoring_optout([honoured], usual, usual) == []


def test_what_is_sent_differently_to_those_who_opted_out_is_one():
    usual = seen(QUESTION, TELEMETRY)
    worse = report_of_rows(
        ("unset", "a", None), ("unset", "b", None), ("set", "a", "a"), ("set", "b", "b")
    )
    assert find_ignoring_optout([worse], usual, usual) == [worse]
