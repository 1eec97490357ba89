"""Which signals a rule covers: by cause, place, kind, covertness and id."""

import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.policy.rule import Rule, matches_pattern
from lab.findings.report import Inconclusive, Location, RelatedLocation
from tests.reports.examples import COPIED, COVERT, PRESENCE, ROUTE

STANDINGS = ("allowed", "documented", "forbidden")
CONDITIONS = [
    ({"cause": ("hostname",)}, True),
    ({"cause": ("hostname", "user")}, False),
    ({"cause_includes": ("hostname", "user")}, True),
    ({"cause_includes": ("user",)}, False),
    ({"cause_within": ("hostname", "user")}, True),
    ({"cause_within": ("user",)}, False),
    ({"kind": ("copied", "encoded")}, True),
    ({"kind": ("copied",)}, False),
    ({"channel": ("http",)}, True),
    ({"channel": ("dns",)}, False),
    ({"method": ("POST",)}, True),
    ({"method": ("GET",)}, False),
    ({"host": ("*.example.com",)}, True),
    ({"host": ("TELEMETRY.example.com",)}, True),
    ({"host": ("example.com",)}, False),
    ({"path": ("/v1/*",)}, True),
    ({"path": ("/v2/*", "/v3/*")}, False),
    ({"id": ("77aa",)}, True),
    ({"id": ("77ab",)}, False),
    ({"covert": False}, True),
    ({"covert": True}, False),
    ({"cause": ("hostname",), "host": ("telemetry.*",), "kind": ("encoded",)}, True),
    ({"cause": ("hostname",), "host": ("telemetry.*",), "kind": ("copied",)}, False),
]

texts = st.text(st.sampled_from("ab/[]{}.*?"), max_size=12)


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize(("conditions", "expected"), CONDITIONS)
def test_all_conditions_must_hold_and_of_each_one_word(standing, conditions, expected):
    assert Rule(standing, 1, **conditions).covers(COPIED) is expected


def test_a_cause_of_several_factors_is_all_of_them():
    assert Rule("allowed", 1, cause=("endpoint", "timezone"), covert=True).covers(COVERT)
    assert not Rule("allowed", 1, cause=("timezone",), covert=True).covers(COVERT)
    assert Rule("forbidden", 1, cause_includes=("timezone",)).covers(COVERT)
    assert not Rule("forbidden", 1, cause_within=("timezone",)).covers(COVERT)


@pytest.mark.parametrize("standing", ["allowed", "documented"])
def test_what_is_covert_is_permitted_only_by_name(standing):
    assert not Rule(standing, 1, cause=COVERT.cause).covers(COVERT)
    assert not Rule(standing, 1, id=(COVERT.id,)).covers(COVERT)
    assert Rule(standing, 1, cause=COVERT.cause, covert=True).covers(COVERT)
    assert not Rule(standing, 1, cause=COPIED.cause, covert=True).covers(COPIED)


def test_what_is_covert_is_forbidden_with_the_rest():
    assert Rule("forbidden", 1, cause=COVERT.cause).covers(COVERT)
    assert Rule("forbidden", 1, covert=True).covers(COVERT)
    assert not Rule("forbidden", 1, covert=True).covers(COPIED)
    assert not Rule("forbidden", 1, covert=False).covers(COVERT)


def test_one_place_is_enough_to_forbid_and_every_place_is_needed_to_permit():
    header, body = {"part": ("header",)}, {"part": ("body",)}
    assert Rule("forbidden", 1, **body).covers(COPIED)
    assert not Rule("allowed", 1, **header).covers(COPIED)
    assert Rule("allowed", 1, **header).count_covered(COPIED) == 1
    assert Rule("allowed", 1, part=("header", "body")).covers(COPIED)
    assert not Rule("forbidden", 1, part=("query",)).covers(COPIED)


def test_a_place_that_stands_beside_has_a_kind_of_its_own():
    there = COPIED.fields[1]
    signal = msgspec.structs.replace(COPIED, beside=(RelatedLocation(there, "derived", ()),))
    assert Rule("forbidden", 1, kind=("derived",), part=("body",)).covers(signal)
    assert not Rule("forbidden", 1, kind=("encoded",), part=("body",)).covers(signal)
    assert Rule("allowed", 1, kind=("encoded",)).covers(signal)
    assert not Rule("allowed", 1, kind=("derived",)).covers(signal)


def test_what_is_not_there_is_like_the_empty_text():
    assert Rule("forbidden", 1, method=("POST",)).covers(ROUTE)
    assert not Rule("forbidden", 1, method=("POST",)).covers(PRESENCE)
    assert Rule("forbidden", 1, path=("",)).covers(PRESENCE)
    assert Rule("forbidden", 1, path=("*",)).covers(PRESENCE)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"cause": ("proxy",)}, True),
        ({"cause_includes": ("proxy", "user")}, True),
        ({"cause": ("user",)}, False),
        ({"host": ("cdn.*",)}, True),
        ({"host": ("api.*",)}, False),
        ({"covert": True, "kind": ("copied",)}, True),
        ({"id": ("5f0c",)}, False),
    ],
)
def test_of_what_is_open_the_unknown_may_be_as_the_rule_says(conditions, expected):
    item = Inconclusive(Location("tls", "cdn.example.com"), ("proxy",), "noisy")
    assert Rule("forbidden", 1, **conditions).may_cover(item) is expected
    unknown = msgspec.structs.replace(item, cause=())
    assert Rule("forbidden", 1, cause=("user",)).may_cover(unknown)


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"cause": ("proxy",)}, True),
        ({"host": ("cdn.*",)}, True),
        ({"cause": ("proxy",), "kind": ("presence",)}, False),
        ({"cause": ("proxy",), "covert": True}, False),
    ],
)
def test_what_is_not_known_of_an_open_effect_is_not_permitted(conditions, expected):
    item = Inconclusive(Location("tls", "cdn.example.com"), ("proxy",), "noisy")
    unknown = msgspec.structs.replace(item, cause=())
    for standing in ("allowed", "documented"):
        rule = Rule(standing, 1, **conditions)
        assert rule.may_cover(item) is expected
        assert rule.may_cover(unknown) is (expected and not rule.cause)


def test_only_a_star_is_special():
    assert matches_pattern("/messages/[user]/*/text", "/messages/[user]/content/[text]/text")
    assert not matches_pattern("/messages/[user]", "/messages/u")
    assert matches_pattern("/t/{id}?", "/t/{id}?")
    assert matches_pattern("a*a", "aa")
    assert not matches_pattern("a*a", "a")


@given(texts, texts)
def test_a_pattern_is_what_a_regular_expression_says(pattern, text):
    expression = ".*".join(map(re.escape, pattern.split("*")))
    assert matches_pattern(pattern, text) is bool(re.fullmatch(expression, text, re.DOTALL))


def test_many_stars_on_a_long_text_take_no_time():
    assert not matches_pattern("*a" * 50 + "c", "a" * 200_000 + "b")
