import hashlib

import pytest

from lab.findings.kinds import kind_of
from lab.observation.location import Location

BODY = Location("http", "h", "POST", "/", "body", "/x")
NEEDLES = {"a": ["alpha-box"], "b": ["beta-box"]}


def kind(values, location=BODY, routed=False, rerouted=False, needles=NEEDLES):
    return kind_of(location, routed=routed, rerouted=rerouted, values=values, needles=needles)


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": "on alpha-box", "b": "on beta-box"}, ("copied", None)),
        ({"a": digest("alpha-box"), "b": digest("beta-box")}, ("encoded", "sha256[:16]")),
        ({"a": "ALPHA-BOX", "b": "BETA-BOX"}, ("encoded", "letter case")),
        ({"a": "yes", "b": "no"}, ("derived", None)),
        ({"a": "yes", "b": None}, ("presence", None)),
        ({"a": "yes", "b": ""}, ("derived", None)),
        # Half of the values is enough, less is not.
        ({"a": "alpha-box", "b": "other"}, ("copied", None)),
        ({"a": "alpha-box", "b": "other", "c": "third"}, ("derived", None)),
        # What several levels share is no copy of any, and says nothing against one.
        ({"a": "alpha-box", "c": "none", "d": "none", "e": "none"}, ("copied", None)),
        ({"a": "alpha-box", "c": "x", "d": "y", "e": "none", "f": "none"}, ("derived", None)),
        # The same words under both levels copy neither.
        ({"a": "alpha-box", "b": "alpha-box", "c": None}, ("presence", None)),
        # Each value must hold the text of its own level.
        ({"a": "beta-box", "b": "alpha-box"}, ("derived", None)),
    ],
)
def test_by_what_stands_there(values, expected):
    assert kind(values) == expected


@pytest.mark.parametrize("part", ["header order", "key order", "query order", "request order"])
def test_order(part):
    assert kind({"a": "x\ny", "b": "y\nx"}, Location("http", "h", part=part)) == ("order", None)


@pytest.mark.parametrize("part", ["route", "proxy request", "proxy header"])
def test_where_traffic_goes(part):
    values = {"a": "https://alpha-box", "b": "https://beta-box"}
    place = Location("http", part=part)
    assert kind(values, place, rerouted=True) == ("route", None)
    assert kind(values, place, needles={}) == ("derived", None)
    assert kind(values, place) == ("copied", None)


@pytest.mark.parametrize("channel", ["dns", "tcp", "tls"])
def test_lower_channels_follow_the_route_only_where_the_cause_decides_it(channel):
    values = {"a": "sent", "b": None}
    assert kind(values, Location(channel, "h", part="x"), routed=True) == ("route", None)
    assert kind(values, Location(channel, "h", part="x")) == ("presence", None)
    assert kind(values, routed=True) == ("presence", None)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"a": "x y", "b": "y x"}, "order"),
        ({"a": "x y", "b": "x  y"}, "derived"),
        ({"a": "x y", "b": "y x x"}, "derived"),
        ({"a": "x", "b": None}, "presence"),
    ],
)
def test_the_same_words_in_another_order(values, expected):
    assert kind(values) == (expected, None)
