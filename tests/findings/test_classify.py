import hashlib
import hmac

import pytest

from lab.findings.classify import classify
from lab.findings.encodings.detect import find_hit
from lab.observation.location import Location

BODY = Location("http", "h", "POST", "/", "body", "/x")
NEEDLES = {"a": ["alpha-box"], "b": ["beta-box"]}


def kind(values, location=BODY, routed=False, rerouted=False, needles=NEEDLES):
    return classify_values(values, location, routed, rerouted, needles)[:2]


def classify_values(values, location=BODY, routed=False, rerouted=False, needles=NEEDLES):
    return classify(location, routed=routed, rerouted=rerouted, values=values, needles=needles)


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
        ({"a": "x,y|#u:1,v:2", "b": "x,y|#v:2,u:1"}, "order"),
        ({"a": "x y", "b": "y x", "c": "x z"}, "derived"),
        ({"a": "x", "b": None}, "presence"),
    ],
)
def test_the_same_words_in_another_order(values, expected):
    assert kind(values) == (expected, None)


KEY = "9f1c27aa-6a34-4f0e-b7c1-0d8f6b1f8c11"


def mac(text):
    return hmac.new(KEY.encode(), text.encode(), "sha256").hexdigest()


def kind_with(sent, values, needles=NEEDLES):
    whole = classify(BODY, routed=False, rerouted=False, values=values, needles=needles, sent=sent)
    return whole[:2]


def test_chance_is_that_of_all_values_together():
    short = {"a": ["dev"], "b": ["ann"]}
    one = find_hit("x dev 1", ["dev"]).chance
    other = find_hit("y ann 2", ["ann"]).chance
    found = classify_values({"a": "x dev 1", "b": "y ann 2"}, needles=short)
    assert found.chance == pytest.approx(one * other)
    # The more there was to choose from, the easier.
    assert classify_values({"a": "x dev 1", "b": "nothing"}, needles=short).chance == pytest.approx(
        2 * one
    )


def test_levels_that_send_the_same_are_evidence_once():
    needles = {"a": ["dev"], "b": ["dev"], "c": ["ann"]}
    pair = classify_values({"a": "x dev", "c": "y ann"}, needles=needles)
    assert classify_values({"a": "x dev", "b": "x dev", "c": "y ann"}, needles=needles) == pair


def test_chance_is_only_of_copies():
    assert classify_values({"a": "yes", "b": "no"}).chance is None
    assert classify_values({"a": digest("alpha-box"), "b": digest("beta-box")}).chance < 1e-20
    whole = {"a": mac("alpha-box"), "b": mac("beta-box")}
    found = classify(
        BODY,
        routed=False,
        rerouted=False,
        values=whole,
        needles=NEEDLES,
        sent=everywhere(KEY),
    )
    assert 0 < found.chance < 1e-20


def everywhere(*texts):
    return lambda label: texts


def test_a_digest_whose_key_never_changes_but_is_sent():
    values = {"a": mac("alpha-box"), "b": mac("beta-box")}
    way = "hmac sha256 keyed with a sent value"
    assert kind_with(everywhere(f"Bearer {KEY}"), values) == ("encoded", way)
    assert kind_with(everywhere("Bearer other"), values) == ("derived", None)
    assert kind(values) == ("derived", None)


def test_a_digest_with_a_key_counts_only_where_half_of_the_levels_show_it():
    values = {"a": mac("alpha-box"), "b": mac("x"), "c": mac("y")}
    assert kind_with(everywhere(KEY), values) == ("derived", None)
    # What several levels share is no copy of any.
    values = {"a": mac("alpha-box"), "b": mac("x"), "c": mac("x")}
    assert kind_with(everywhere(KEY), values)[0] == "encoded"


def test_each_digest_must_be_of_its_own_level():
    values = {"a": mac("beta-box"), "b": mac("alpha-box")}
    assert kind_with(everywhere(KEY), values) == ("derived", None)


def test_what_was_sent_is_not_looked_at_where_no_digest_can_stand():
    def sent(label):
        raise AssertionError(label)

    assert kind_with(sent, {"a": "yes", "b": "no"}) == ("derived", None)
    assert kind_with(sent, {"a": "alpha-box", "b": "beta-box"}) == ("copied", None)


def test_of_many_levels_a_few_are_tried_with_a_few_keys(monkeypatch):
    values = {str(number): digest(f"{number}") * 4 for number in range(400)}
    needles = {label: [f"level-{label}", f"text-{label}"] for label in values}
    noise = [digest(f"noise {number}") for number in range(5_000)]
    tried: list[int] = []

    def record(texts, keys, needles):
        tried.append(len(keys) * len(needles))
        return {}

    monkeypatch.setattr("lab.findings.classify.find_keyed_digests", record)
    assert kind_with(everywhere(*noise), values, needles) == ("derived", None)
    assert 0 < len(tried) <= 8
    assert max(tried) <= 2 * 256
