"""Levels made of words, and simpler levels with parts removed."""

from __future__ import annotations

import pytest

from lab.experiment.search.level_variants import build_levels_from_words, simplify_level
from lab.factors.registry import factors

ENDPOINT, TIMEZONE, HOSTNAME = (factors()[name] for name in ("endpoint", "timezone", "hostname"))


def test_a_word_becomes_the_first_form_that_the_factor_accepts():
    assert build_levels_from_words(HOSTNAME, ["build-7"]) == ("build-7",)
    assert build_levels_from_words(TIMEZONE, ["Asia/Tokyo", "nowhere"]) == ("Asia/Tokyo",)


def test_words_become_hosts_of_an_endpoint():
    found = build_levels_from_words(ENDPOINT, [".cn", "deepseek", "api.moonshot.cn"])
    assert found == (
        "https://models.example.cn",
        "https://deepseek.example.net",
        "https://api.moonshot.cn",
        "https://api.moonshot.cn.example.net",
    )


def test_levels_keep_the_order_of_the_words_and_occur_once():
    assert build_levels_from_words(HOSTNAME, ["b", "a", "b"]) == ("b", "a")


@pytest.mark.parametrize(
    ("item", "level"),
    [(ENDPOINT, "https://api.moonshot.cn/v1"), (HOSTNAME, "ci-runner-7.corp.example")],
)
def test_simpler_levels_are_other_levels_of_the_factor_shortest_first(item, level):
    found = simplify_level(item, level)
    assert found
    assert level not in found
    assert list(found) == sorted(found, key=lambda text: (len(text), text))
    for text in found:
        assert item.parse(text) == text


def test_parts_of_an_endpoint_are_tried_alone():
    found = simplify_level(ENDPOINT, "https://api.moonshot.cn/v1")
    assert {
        "https://models.example.cn",
        "https://api.example.net",
        "https://moonshot.example.net",
        "https://moonshot.cn",
        "https://models.example.net/v1",
    } <= set(found)


def test_parts_of_a_name_are_tried_alone_and_removed_from_either_end():
    found = set(simplify_level(HOSTNAME, "ci-runner-7"))
    assert {"ci", "runner", "runner-7", "ci-runner"} <= found


def test_levels_of_an_endpoint_and_of_a_user():
    user = factors()["user"]
    assert build_levels_from_words(ENDPOINT, ["relay", ".cn", "api.other.se"]) == (
        "https://relay.example.net",
        "https://models.example.cn",
        "https://api.other.se",
        "https://api.other.se.example.net",
    )
    assert build_levels_from_words(user, ["relay"]) == ("relay",)


def test_a_level_with_a_port_and_a_path_is_simplified():
    level = "http://llm.relay.co.ke:8080/gateway"
    found = simplify_level(ENDPOINT, level)
    assert "https://models.example.ke" in found
    assert "https://relay.example.net" in found
    assert "https://models.example.net/gateway" in found
    assert level not in found
