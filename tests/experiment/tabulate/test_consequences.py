"""Rules that drop what merely follows: each applies to its case, and to nothing beside it."""

from __future__ import annotations

import msgspec
import pytest

from lab.experiment.tabulate.consequences import (
    RULES,
    MessageChanges,
    drop_consequences,
    find_rule,
)
from lab.observation.location import Location
from tests.experiment.tabulate.build import BODY, contrast

REQUEST = BODY.with_part("request")
LOOKUP = Location("dns", "api.example", part="query")
OTHER = msgspec.structs.replace(BODY, path="/other")

RAW = Location("tcp", "api.example", path=":6514", part="data")
SOCKET = Location("websocket", "api.example", path="/feed", part="message")

DATA = contrast(None, "hello", location=RAW)
UPGRADED = contrast(None, "some", location=SOCKET, view="presence")
APPEARS = contrast(None, "some", location=REQUEST, view="presence")
RECOUNTED = contrast("1", "2", location=REQUEST, view="count")
APPEARS_BY_CI = contrast(None, "some", location=REQUEST, view="presence", levels={"ci": "github"})


def rule_of(one, *others):
    found = find_rule(one, MessageChanges.find([one, *others]))
    return None if found is None else found.id


@pytest.mark.parametrize(
    ("one", "others", "rule"),
    [
        (contrast("a", "a"), (), "equal-sides"),
        (contrast("a", "b"), (), None),
        (contrast(None, "a b", location=BODY.with_part("key order")), (), "manner-of-absent"),
        (contrast("b a", "a b", location=BODY.with_part("key order")), (), None),
        (contrast("compact", None, location=BODY.with_part("writing")), (), "manner-of-absent"),
        (contrast("1", "2", view="count"), (RECOUNTED,), "count-in-recounted"),
        (contrast("1", "2", view="count"), (), None),
        (contrast("a", "b"), (RECOUNTED,), None),
        (RECOUNTED, (), None),
        (contrast(None, "q", location=LOOKUP, view="set"), (APPEARS,), "route-of-appearing"),
        (contrast(None, "q", location=LOOKUP, view="set"), (), None),
        (contrast("p", "q", location=LOOKUP, view="set"), (APPEARS,), None),
        (contrast(None, "q", location=LOOKUP, view="set"), (APPEARS_BY_CI,), None),
        (contrast(None, "q", location=LOOKUP, view="set"), (DATA,), "route-of-appearing"),
        (DATA, (contrast(None, "q", location=LOOKUP, view="set"),), None),
        (DATA, (APPEARS,), "route-of-appearing"),
        (contrast(None, "q", location=LOOKUP, view="set"), (UPGRADED,), "route-of-appearing"),
        (contrast(None, "a"), (APPEARS,), "part-of-appearing"),
        (contrast("0", "1", view="count"), (APPEARS,), "part-of-appearing"),
        (contrast("a", "b"), (APPEARS,), None),
        (contrast(None, "a"), (), None),
        (contrast(None, "a"), (APPEARS_BY_CI,), None),
        (contrast(None, "a", location=OTHER), (APPEARS,), None),
        (APPEARS, (), None),
    ],
)
def test_which_rule_drops_a_contrast(one, others, rule):
    assert rule_of(one, *others) == rule


def test_rules_have_identifiers_of_their_own_and_say_what_is_kept():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.kept for rule in RULES)


def test_every_rule_drops_something():
    cases = [
        (contrast("a", "a"),),
        (contrast(None, "a b", location=BODY.with_part("key order")),),
        (contrast("1", "2", view="count"), RECOUNTED),
        (contrast(None, "q", location=LOOKUP, view="set"), APPEARS),
        (contrast(None, "a"), APPEARS),
    ]
    assert [rule_of(*case) for case in cases] == [rule.id for rule in RULES]


def test_what_stands_for_itself_is_kept_in_order():
    kept = [APPEARS, contrast("a", "b")]
    assert drop_consequences([kept[0], contrast(None, "c"), kept[1]]) == kept
