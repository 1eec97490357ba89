"""The explanation of a comparison: what it lists, and how the two sides are reproduced."""

from __future__ import annotations

import msgspec
import pytest

import lab
from lab.environment import Change
from lab.testing.explain import describe_changes, explain
from tests.reports.examples import COPIED

UTC = lab.control()
TOKYO = lab.control(timezone="Asia/Tokyo")


def explain_pair(left, right, signals=(), words=("model",)):
    return explain(left, right, signals, trials=12, label="model@1", words=words)


def test_two_environments_that_are_not_distinguished():
    text = explain_pair(UTC, TOKYO)
    assert text.startswith("Nothing that model@1 sends distinguishes the two (12 trials):")
    assert "timezone: UTC on the left, Asia/Tokyo on the right" in text
    assert "lab run" not in text


def test_levels_that_both_sides_share_are_listed():
    text = explain_pair(lab.control(ci="CI=true"), TOKYO.but({"ci": "CI=true"}))
    assert "ci: CI=true on both sides" in text
    assert "the two are one environment" in explain_pair(UTC, UTC)


def test_differences_come_with_the_commands_for_both_sides():
    text = explain_pair(UTC, TOKYO, [COPIED])
    assert text.startswith("What model@1 sends distinguishes the two, by 1 difference:")
    assert "timezone=UTC" in text
    assert "lab run model --set timezone=Asia/Tokyo" in text


def test_a_callable_is_reproduced_in_python():
    text = explain_pair(UTC, TOKYO, [COPIED], words=None)
    assert "lab.observe(lab.control(timezone='Asia/Tokyo'), model@1).text" in text


@pytest.mark.parametrize(("count", "lines", "more"), [(4, 0, False), (9, 5, False), (40, 12, True)])
def test_the_first_differences_are_explained_in_full_and_some_have_a_line(count, lines, more):
    signals = [msgspec.structs.replace(COPIED, id=str(number)) for number in range(count)]
    text = explain_pair(UTC, TOKYO, signals)
    assert text.count("   hostname  encoded  POST") == lines
    assert text.count("timezone=UTC") == 4
    assert ("and 24 more differences" in text) is more


def test_changes_are_described_on_one_line():
    assert (
        describe_changes([Change("timezone", "UTC", "Asia/Tokyo")]) == "timezone UTC | Asia/Tokyo"
    )
    assert describe_changes([]) == "one and the same environment"
    assert "\n" not in describe_changes([Change("hostname", "a\nb", "")])
