import math

import pytest

from lab.findings.information.population import build_population
from lab.findings.report import FactorFacts

FACTS = (
    FactorFacts("timezone", "UTC", ("Asia/Tokyo", "Asia/Seoul", "UTC")),
    FactorFacts("endpoint", "unset", ("https://llm.example.net",)),
)


def test_control_and_levels_are_equally_likely_and_each_counts_once():
    found = build_population(FACTS)
    assert found.levels("timezone") == dict.fromkeys(("UTC", "Asia/Tokyo", "Asia/Seoul"), 1 / 3)
    assert all(math.isclose(sum(found.levels(fact.name).values()), 1) for fact in FACTS)


def test_the_control_is_that_of_the_factor():
    found = build_population(FACTS)
    assert (found.control("timezone"), found.control("endpoint")) == ("UTC", "unset")


def test_a_factor_that_was_not_varied_has_no_levels():
    with pytest.raises(KeyError):
        build_population(FACTS).levels("clock")
