import msgspec
import pytest

from lab.observation.location import Location
from lab.observation.parts import (
    DOCUMENT_PARTS,
    INVISIBLE_PARTS,
    MANNER_PARTS,
    MESSAGE_PARTS,
    ORDER_PARTS,
    ROUTE_PARTS,
    TRAITS,
    UNCOUNTED_PARTS,
    MessagePart,
)
from tests.observation.test_features import features, request


def test_every_part_has_traits():
    assert set(TRAITS) == set(MessagePart)


def test_a_set_holds_the_parts_with_its_trait():
    assert {"request", "message", "hello"} == MESSAGE_PARTS
    assert {
        "request order",
        "header order",
        "query order",
        "key order",
        "element order",
    } == ORDER_PARTS
    assert {
        "route", "proxy request", "proxy header", "proxy login", "target form",
    } == ROUTE_PARTS  # fmt: skip
    assert {"body", "key order", "element order"} == DOCUMENT_PARTS
    assert {
        "header spacing", "writing", "framing", "frame", "ping", "pong", "close",
    } == UNCOUNTED_PARTS  # fmt: skip


def test_order_is_invisible_and_what_is_uncounted_is_a_manner_or_a_frame():
    assert ORDER_PARTS < INVISIBLE_PARTS
    assert {"frame", "ping", "pong", "close"} == UNCOUNTED_PARTS - MANNER_PARTS


@pytest.mark.parametrize("part", MessagePart)
def test_a_part_is_stored_as_its_word(part):
    location = Location("http", "api.example.com", part=part)
    stored = msgspec.json.encode(location)
    assert f'"part":"{part}"'.encode() in stored
    assert msgspec.json.decode(stored, type=Location) == location
    assert hash(location) == hash(Location("http", "api.example.com", part=str(part)))


def test_features_have_members_as_parts():
    found = features(request(body=b'{"a": [1]}'))
    assert all(isinstance(location.part, MessagePart) for location in found)


def test_a_part_of_another_version_is_read():
    stored = b'{"channel": "http", "part": "cookie order"}'
    assert msgspec.json.decode(stored, type=Location).part == "cookie order"
