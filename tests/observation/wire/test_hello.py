"""The fields of a hello that its record does not list."""

import pytest

from lab.observation.records import ClientHello
from lab.observation.wire.hello import list_hello_fields
from tests.internet.transcript import record
from tests.observation.wire.test_accounting import make_hello


def fields(name="api.example.com"):
    events = record([make_hello(name=name)], 443).events
    (hello,) = (event for event in events if isinstance(event, ClientHello))
    return dict(list_hello_fields(hello)), hello


def test_random_values_are_fields_of_their_own():
    (one, hello), (other, _) = fields(), fields()
    different = {pointer for pointer in one if one[pointer] != other[pointer]}
    keys = {pointer for pointer in one if pointer.startswith("key share")}
    assert different == {"random", "session", *keys}
    assert one["random"] == hello.raw[6:38].hex()


@pytest.mark.parametrize(
    ("name", "case"), [("api.example.com", "lower"), ("API.other.example", "UPPER.lower")]
)
def test_the_name_is_described_by_its_letters_only(name, case):
    assert fields(name)[0]["extension 0000"] == f"the host, {case}"


def test_what_the_record_lists_is_not_repeated():
    found, hello = fields()
    assert {43, 10, 13, 16} <= set(hello.extensions)
    assert not {f"extension {number:04x}" for number in (43, 10, 13, 16)} & set(found)


def test_a_hello_without_its_bytes_has_no_fields_and_a_broken_one_is_whole():
    bare = ClientHello(0, 0.0, "h", 443, b"", None, (), (), (), (), (), (), "", "")
    assert list(list_hello_fields(bare)) == []
    broken = ClientHello(0, 0.0, "h", 443, b"\x01\x00", None, (), (), (), (), (), (), "", "")
    assert list(list_hello_fields(broken)) == [("whole", "0100")]
