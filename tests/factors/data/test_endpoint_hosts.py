"""Lists of domains and providers have no repetition and only valid names."""

import re

import pytest

from lab.factors.data.addresses import parse_url_host
from lab.factors.data.endpoint_hosts import ALL_COUNTRIES, COUNTRIES, GENERIC, PROVIDERS


@pytest.mark.parametrize("words", [COUNTRIES, ALL_COUNTRIES, GENERIC, PROVIDERS])
def test_no_list_has_a_word_twice(words):
    assert len(set(words)) == len(words)


def test_countries_are_two_letters_and_among_all_of_them():
    assert all(re.fullmatch(r"[a-z]{2}", country) for country in ALL_COUNTRIES)
    assert set(COUNTRIES) <= set(ALL_COUNTRIES)


def test_providers_are_hosts_in_canonical_spelling():
    assert [parse_url_host(host) for host in PROVIDERS] == list(PROVIDERS)
