import msgspec

from lab.observation.location import Location
from lab.observation.parts import MessagePart

LOCATION = Location("http", "a.example", "POST", "/v1", MessagePart.BODY, "/messages")


def test_a_location_reads_from_the_outside_in():
    assert str(LOCATION) == "http POST a.example/v1 body /messages"
    assert str(Location("exit", part=MessagePart.STATUS)) == "exit status"


def test_the_message_has_no_part_and_another_part_is_of_the_same_message():
    assert LOCATION.message == Location("http", "a.example", "POST", "/v1")
    order = LOCATION.with_part(MessagePart.HEADER_ORDER)
    assert order == Location("http", "a.example", "POST", "/v1", MessagePart.HEADER_ORDER)
    assert order.message == LOCATION.message


def test_a_location_is_the_same_after_it_was_stored():
    stored = msgspec.json.decode(msgspec.json.encode(LOCATION), type=Location)
    assert stored == LOCATION
    assert {stored: 1}[LOCATION] == 1
