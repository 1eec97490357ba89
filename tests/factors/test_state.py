from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE
from lab.factors.state import FACTOR


@pytest.mark.parametrize(
    ("level", "canonical", "runs"),
    [
        ("fresh", "fresh", 0),
        ("returning", "returning", 1),
        ("returning:1", "returning", 1),
        ("returning:2", "returning:2", 2),
        ("returning:5", "returning:5", 5),
    ],
)
def test_a_level_is_a_number_of_earlier_runs(level: str, canonical: str, runs: int):
    assert FACTOR.parse(level) == canonical
    assert FACTOR.realise(canonical, BARE).earlier_runs == runs


@pytest.mark.parametrize(
    "level", ["", "old", "returning:", "returning:0", "returning:6", "returning:10", "returning:02",
              "returning: 2", "returning:\N{ARABIC-INDIC DIGIT TWO}", "Fresh", "fresh:1"],
)  # fmt: skip
def test_anything_else_is_refused(level: str):
    with pytest.raises(ValueError, match="write fresh, returning"):
        FACTOR.parse(level)
