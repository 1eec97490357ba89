"""An environment is its levels: one canonical form, one digest, a difference."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.environment import SCHEMA, Change, Environment

LEVELS = st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=12), max_size=6)


@given(LEVELS)
def test_the_canonical_form_reads_back(levels: dict[str, str]):
    environment = Environment.of(levels)
    assert Environment.parse(environment.canonical()) == environment
    assert environment.mapping == levels
    assert all(environment[name] == level for name, level in levels.items())


@given(LEVELS, st.randoms(use_true_random=False))
def test_order_does_not_matter(levels: dict[str, str], random):
    items = list(levels.items())
    random.shuffle(items)
    shuffled = Environment.of(dict(items))
    assert shuffled == Environment.of(levels)
    assert shuffled.canonical() == Environment.of(levels).canonical()
    assert hash(shuffled) == hash(Environment.of(levels))


@given(LEVELS, LEVELS)
def test_digests_agree_exactly_where_levels_do(left: dict[str, str], right: dict[str, str]):
    one, two = Environment.of(left), Environment.of(right)
    assert (one.digest == two.digest) == (left == right)


def test_the_canonical_form_is_fixed_for_all_time():
    """Digests are in every stored audit: a change here needs another schema."""
    environment = Environment.of({"user": "Jörg", "clock": "x"})
    canonical = f'{{"levels":{{"clock":"x","user":"Jörg"}},"schema":"{SCHEMA}"}}'.encode()
    assert environment.canonical() == canonical
    assert environment.digest == hashlib.sha256(canonical).hexdigest()


@given(LEVELS, st.data())
def test_the_difference_is_what_but_changed(levels: dict[str, str], data):
    environment = Environment.of(levels)
    names = data.draw(st.sets(st.sampled_from(sorted(levels)))) if levels else set()
    changed = environment.but({name: levels[name] + "!" for name in names})
    difference = environment.difference(changed)
    assert difference == tuple(
        Change(name, levels[name], levels[name] + "!") for name in sorted(names)
    )
    assert environment.but({change.factor: change.right for change in difference}) == changed
    assert [(c.factor, c.right, c.left) for c in difference] == [
        (c.factor, c.left, c.right) for c in changed.difference(environment)
    ]


def test_environments_of_other_factors_have_no_difference():
    with pytest.raises(ValueError, match="same factors"):
        Environment.of({"a": "1"}).difference(Environment.of({"b": "1"}))


def test_unsorted_or_repeated_names_are_refused():
    for levels in ((("b", "1"), ("a", "1")), (("a", "1"), ("a", "2"))):
        with pytest.raises(ValueError, match="sorted and unique"):
            Environment(levels)


@pytest.mark.parametrize("document", [[], {}, {"schema": "other", "levels": {}}, "x"])
def test_what_is_no_environment_is_refused(document: object):
    with pytest.raises(ValueError, match="not an environment"):
        Environment.parse(json.dumps(document).encode())
