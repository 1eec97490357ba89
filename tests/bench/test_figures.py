"""Measured values: median and range, the ratio of medians, and both outputs."""

import json

import pytest

from bench.figures import Figure, Result, Spread, encode_results, format_result


def test_a_spread_is_median_and_range():
    assert Spread.of([3.0, 1.0, 2.0]) == Spread(2.0, 1.0, 3.0, 3)
    assert Spread.of([1.0]) == Spread(1.0, 1.0, 1.0, 1)


def test_the_ratio_is_that_of_the_medians():
    assert Figure.of("x", "s", [2.0, 4.0, 9.0], [2.0]).ratio == 2.0
    assert Figure.of("x", "s", [2.0]).ratio is None
    assert Figure.of("x", "count", [2.0], [0.0]).ratio is None


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("s", 1.5, "1.5 s (1.5–1.5)"),
        ("s", 0.0125, "12.5 ms (12.5–12.5)"),
        ("s", 0.0000042, "4.2 µs (4.2–4.2)"),
        ("1/s", 12_345.0, "12.3 k/s (12.3–12.3)"),
        ("1/s", 99.0, "99 /s (99–99)"),
        ("count", 12.0, "12 (12–12)"),
    ],
)
def test_a_table_has_readable_units(unit, value, text):
    result = Result("name", "with", "without", (Figure.of("x", unit, [value]),), ("a note",))
    lines = format_result(result).splitlines()
    assert lines[0] == "name"
    assert text in lines[3]
    assert lines[-1] == "  a note"


def test_the_document_has_seconds_and_the_machine():
    result = Result("name", "with", "without", (Figure.of("x", "s", [0.5], [0.25]),))
    document = json.loads(encode_results([result]))
    assert document["schema"] == "fingerprint-lab/bench/1"
    assert document["cores"] >= 1
    (figure,) = document["results"][0]["figures"]
    assert (figure["lab"]["median"], figure["ratio"]) == (0.5, 2.0)
