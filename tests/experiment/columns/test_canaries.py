import base64
import hashlib
import hmac

import pytest

from lab.experiment.columns.canaries import (
    Canary,
    classify_canary,
    find_canary_columns,
    generate_canary,
)
from lab.factors.registry import factors
from lab.findings.encodings.e_values import NEGLIGIBLE
from lab.observation.location import Location

CANARY = Canary("hostname", "web-13.made-up.example", ("web-13.made-up.example",), ("web-13",))
OTHER = Canary("user", "erin-4711-x", ("erin-4711-x",), ("erin-4711-x",))
BLOB = Location("http", "h", "POST", "/", "body", "/blob")
SESSION = Location("http", "h", "POST", "/", "body", "/session")


def mac(key, text):
    return hmac.new(key.encode(), text.encode(), "sha256").hexdigest()


def columns(sent, marked=(0, 1), locations=None, canaries=(CANARY, OTHER)):
    """The canary columns of trials, of which some have the canary's level."""
    trials = [{location: (text,) for location, text in trial.items()} for trial in sent]
    levels = [
        {"hostname": CANARY.level if row in marked else "workstation", "user": "dev"}
        for row in range(len(sent))
    ]
    everywhere = {location for trial in trials for location in trial}
    return find_canary_columns(trials, levels, locations or sorted(everywhere, key=str), canaries)


def blobs(*texts):
    return [{BLOB: text} for text in texts]


def test_a_location_that_contains_the_canary_in_every_trial_that_has_it():
    (column,) = columns(blobs(f"x1 {CANARY.level}", f"y2 {CANARY.level}", "z3", "w4"))
    assert (column.location, column.view) == (BLOB, "canary")
    assert column.values == ("plain", "plain", "", "")


def test_a_location_that_contains_the_canary_only_sometimes_is_no_column():
    assert columns(blobs(f"x1 {CANARY.level}", "y2", "z3", "w4")) == []


def test_the_value_is_unknown_where_the_location_is_missing():
    found = columns([*blobs(CANARY.level, CANARY.level, "z"), {SESSION: "s"}, {SESSION: "t"}])
    assert [column.values for column in found] == [("plain", "plain", "", None, None)]


def test_encoded_with_noise_around_it():
    def blob(noise):
        return base64.b64encode(noise + CANARY.level.encode() + noise).decode()

    (column,) = columns(blobs(blob(b"123"), blob(b"456"), blob(b"789")[:8], "w4"))
    assert column.values == ("base64", "base64", "", "")


def test_hashed_with_what_is_sent_beside_it():
    keys = [f"session-{number}-{hashlib.md5(b'%d' % number).hexdigest()}" for number in range(4)]
    names = ("web-13", "web-13", "workstation", "workstation")
    sent = [{SESSION: key, BLOB: mac(key, name)} for key, name in zip(keys, names, strict=True)]
    (column,) = columns(sent)
    assert column.location == BLOB
    assert column.values == (*["hmac sha256 keyed with a sent value"] * 2, "", "")


def held(*sent):
    return [({location: (text,) for location, text in one.items()}, CANARY.needles) for one in sent]


def test_chance_is_that_of_all_trials_that_hold_it():
    one = classify_canary(BLOB, "plain", held({BLOB: f"x1 {CANARY.level}"}))
    two = classify_canary(
        BLOB, "plain", held({BLOB: f"x1 {CANARY.level}"}, {BLOB: f"y2 {CANARY.level}"})
    )
    # One alone cannot be compared with anything, so the limit that was allowed to it is reported.
    assert (one.kind, one.encoding, one.chance) == ("copied", None, NEGLIGIBLE)
    assert (two.kind, two.encoding) == ("copied", None)
    assert two.chance < NEGLIGIBLE**2
    keys = ["9f1c27aa6a344f0e", "0d8f6b1f8c11b7c1"]
    way = "hmac sha256 keyed with a sent value"
    keyed = classify_canary(
        BLOB, way, held(*({BLOB: mac(k, CANARY.level), SESSION: k} for k in keys))
    )
    assert (keyed.kind, keyed.encoding) == ("encoded", way)
    assert 0 < keyed.chance < 1e-20


def test_chance_of_what_cannot_be_found_again_is_what_was_allowed():
    found = classify_canary(BLOB, "sha256", held({BLOB: "x"}, {BLOB: "y"}))
    assert (found.kind, found.encoding, found.chance) == ("encoded", "sha256", NEGLIGIBLE)


def test_hashed_with_what_never_changes():
    key = "9f1c27aa-6a34-4f0e-b7c1-0d8f6b1f8c11"
    names = ("web-13", "web-13", "workstation", "workstation")
    sent = [{SESSION: key, BLOB: f"{number} {mac(key, name)}"} for number, name in enumerate(names)]
    (column,) = columns(sent, locations=[BLOB])
    assert column.location == BLOB
    assert column.values == (*["hmac sha256 keyed with a sent value"] * 2, "", "")


def test_a_short_part_counts_hashed_and_not_plainly():
    assert columns(blobs("a web-13", "b web-13", "c", "d")) == []
    digest = hashlib.sha256(b"web-13").hexdigest()
    (column,) = columns(blobs(f"a {digest}", f"b {digest}", "c", "d"))
    assert column.values == ("sha256", "sha256", "", "")


def test_names_that_never_come_again_are_searched_together():
    def name(random, text):
        return Location("dns", f"{random}.{text}.leak.example", part="query")

    encoded = CANARY.level.encode().hex()
    sent = [
        {name("a1", encoded): "q"},
        {name("b2", encoded): "q"},
        {name("c3", "00"): "q"},
        {name("d4", "11"): "q"},
    ]
    (column,) = columns(sent)
    assert column.location == Location("dns", part="query")
    assert column.values == ("hex", "hex", "", "")


def test_only_the_given_locations_are_searched():
    assert columns(blobs(CANARY.level, CANARY.level, "z"), locations=[SESSION]) == []
    assert columns(blobs(CANARY.level, CANARY.level, "z"), canaries=()) == []


@pytest.mark.parametrize("name", ["hostname", "user", "git"])
def test_a_generated_level_is_no_level_of_the_factor(name):
    item = factors()[name]
    canary = generate_canary(item, 7)
    assert canary is not None
    assert canary.level not in (item.control, *item.levels)
    assert set(canary.needles) <= set(canary.hashed)
    known = {text for level in (item.control, *item.levels) for text in item.needles(level)}
    assert known.isdisjoint(canary.hashed)
    assert canary == generate_canary(item, 7)


def test_no_level_is_generated_where_finding_it_would_reveal_nothing():
    assert generate_canary(factors()["endpoint"], 7) is None
    assert generate_canary(factors()["timezone"], 7) is None
