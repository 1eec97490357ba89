from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.factors.registry import factors, get_factor
from lab.testing.contracts.neighbours import neighbouring_levels


@pytest.mark.parametrize(
    ("name", "level", "expected"),
    [
        ("timezone", "Asia/Tokyo", ("TZ=Asia/Tokyo", "localtime=Asia/Tokyo", "Asia/Seoul")),
        ("timezone", "TZ=Asia/Tokyo", ("Asia/Tokyo", "localtime=Asia/Tokyo")),
        (
            "endpoint",
            "https://api.acme.example",
            ("https://eu.api.acme.example", "https://xapi.acme.example", "https://acme.example"),
        ),
        ("endpoint", "https://acme.example", ("http://acme.example", "https://acme.example/x")),
        ("hostname", "build7", ("build8", "build6", "BUILD7", "build")),
        ("state", "returning:3", ("returning:2", "returning:4")),
        ("proxy", "http://a.example:80", ("upper:http://a.example:80", "http://a.example:81")),
    ],
)
def test_what_a_rule_that_is_a_little_off_would_confuse(name, level, expected):
    found = neighbouring_levels(get_factor(name), level)
    assert set(expected) <= set(found)
    assert level not in found


@settings(deadline=None)
@given(st.sampled_from(sorted(factors())), st.data())
def test_every_level_nearby_is_one_in_canonical_spelling(name, data):
    item = get_factor(name)
    level = data.draw(st.sampled_from((item.control, *item.levels)))
    found = neighbouring_levels(item, level)
    assert found == tuple(item.parse(text) for text in found)
    assert len(set(found)) == len(found)
