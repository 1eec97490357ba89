"""A version that stops sending does not pass for one without signals."""

from __future__ import annotations

import msgspec

from lab.findings.policy import judge
from lab.findings.policy.silence import list_silenced
from lab.findings.report import Location, UsualMessage
from tests.reports.examples import EMPTY

PROMPT = Location("http", "api.example.com", "POST", "/v1/messages")
EVENTS = Location("http", "api.example.com", "POST", "/events/2.1.112")
NAME = Location("dns", "api.example.com")
SETTLED = msgspec.structs.replace(EMPTY, not_measured=(), factors=())


def report(*locations, trials=8, of=8, **changes):
    usual = tuple(UsualMessage(location, trials, of) for location in locations)
    return msgspec.structs.replace(SETTLED, usual=usual, **changes)


def silenced(now, baseline):
    return [(one.what, one.location) for one in list_silenced(now, baseline)]


def test_what_is_still_sent_is_not_told():
    assert silenced(report(PROMPT, NAME), report(PROMPT, NAME)) == []
    assert silenced(report(PROMPT, trials=1), report(PROMPT)) == []
    assert silenced(report(PROMPT, EVENTS), report(PROMPT)) == []


def test_a_host_that_is_not_contacted_any_more_is_told_once_and_counts():
    now, before = report(Location("dns", "other.example")), report(PROMPT, EVENTS, NAME)
    assert silenced(now, before) == [("anything sent to api.example.com", None)]
    judgement = judge(now, None, before)
    assert [one.counts for one in judgement.open] == [True]
    assert judgement.verdict == "inconclusive"
    assert judge(before, None, before).verdict == "passed"


def test_a_message_that_is_not_sent_any_more_is_told():
    assert silenced(report(EVENTS, NAME), report(PROMPT, EVENTS)) == [("a message", PROMPT)]
    assert silenced(report(PROMPT), report(PROMPT, NAME)) == []


def test_numbers_in_a_path_may_change_and_rare_messages_may_be_absent():
    newer = Location("http", "api.example.com", "POST", "/events/2.2.0")
    assert silenced(report(newer), report(EVENTS)) == []
    assert silenced(report(PROMPT), report(PROMPT, trials=8)) == []
    assert silenced(report(NAME), report(PROMPT, trials=7)) == []


def test_a_baseline_of_an_older_lab_has_nothing_to_compare():
    assert silenced(report(), SETTLED) == []
    assert silenced(report(), None) == []


def test_where_nothing_was_measured_that_is_said_instead():
    silent = report(verdict="not measured", unmeasured="it sent nothing")
    assert silenced(silent, report(PROMPT)) == []
    assert judge(silent, None, report(PROMPT)).verdict == "not measured"
