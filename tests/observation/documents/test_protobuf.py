import os
import random

from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.protobuf import parse_message
from tests.observation.documents._lossless import find_leaves, group, mutate

PROTOBUF = "application/x-protobuf"


def varint(number):
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + int(value).to_bytes(8, "little")
    return varint(number << 3 | 2) + varint(len(value)) + value


def test_fields_stand_under_their_numbers():
    event = field(1, 1_700_000_000_000) + field(2, b"start") + field(3, b"\xff\x00" * 8)
    body = field(1, 3) + field(2, event) + field(2, event) + field(7, b"ada") + field(9, 5.0)
    for kind in (PROTOBUF, "application/grpc", "application/json", ""):
        leaves = find_leaves(body, kind)
        assert leaves["/(protobuf)/1"] == "3"
        assert leaves["/(protobuf)/2/1"] == "1700000000000"
        assert leaves["/(protobuf)/2/2"] == "start"
        assert leaves["/(protobuf)/2/3"] == "ff00" * 8
        assert leaves["/(protobuf)/7"] == "ada"
        assert leaves["/(protobuf)/9"] == "5"
    assert find_leaves(body, PROTOBUF, "key order")["/(protobuf)"] == "1\n2\n2\n7\n9"
    assert find_leaves(body, PROTOBUF, "writing")["/(protobuf)/9/(wire)"] == "64 bits"


def test_where_nothing_says_what_it_is_the_bytes_stay_beside_the_fields():
    body = field(1, 3) + field(2, b"start")
    assert find_leaves(body + b"\x18\xff\x01")["/(protobuf)/3"] == "255"
    assert find_leaves(body + b"\x18\xff\x01")[""] == (body + b"\x18\xff\x01").hex()
    assert "" not in find_leaves(body, PROTOBUF)


def test_a_place_has_messages_only_where_all_of_its_values_are():
    message, noise = field(1, 1) + field(2, b"x"), b"\xfe\xff\xff"
    leaves = group(field(4, message) + field(4, noise), PROTOBUF)
    assert leaves["body", "/(protobuf)/4"] == [message.decode(), noise.hex()]


def test_random_identifiers_are_hardly_ever_taken_for_messages():
    dice = random.Random(3)
    taken = sum(
        "/(protobuf)/2" not in find_leaves(field(1, 1) + field(2, dice.randbytes(size)), PROTOBUF)
        for size in (8, 12, 16, 20) * 500
    )
    assert taken < 5


def test_what_no_encoder_writes_is_no_message_that_was_guessed():
    assert parse_message(b"\x08\x81\x00") == [(1, 0, 1)]
    assert parse_message(b"\x08\x81\x00", guessed=True) is None
    assert parse_message(field(2, 1) + field(1, 1), guessed=True) is None
    assert parse_message(field(2, 1) + field(1, 1)) == [(2, 0, 1), (1, 0, 1)]
    assert parse_message(b"\x0b\x0c") is None
    assert parse_message(os.urandom(3) + b"\x80") is None


messages = st.recursive(
    st.lists(
        st.tuples(st.integers(1, 20), st.integers(0, 300) | st.binary(max_size=6)), max_size=4
    ).map(lambda fields: b"".join(field(*one) for one in fields)),
    lambda inner: st.lists(st.tuples(st.integers(1, 5), inner), max_size=3).map(
        lambda fields: b"".join(field(*one) for one in fields)
    ),
    max_leaves=6,
)
kinds = st.sampled_from([PROTOBUF, ""])


@given(messages, messages, kinds)
def test_other_messages_have_other_leaves(one, other, kind):
    assert (group(one, kind) == group(other, kind)) == (one == other)


@given(st.data(), messages, kinds)
def test_a_changed_message_has_other_leaves(data, body, kind):
    other = mutate(data, body)
    assert (group(body, kind) == group(other, kind)) == (body == other)


@given(st.binary(max_size=30))
def test_any_bytes_are_fields_that_give_them_back_or_none(data):
    fields = parse_message(data, guessed=True)
    wires = {0: 0, 1: 8, 5: 4}
    if fields is not None:
        again = b"".join(
            varint(number << 3 | wire)
            + (
                varint(len(value)) + value
                if isinstance(value, bytes)
                else value.to_bytes(wires[wire], "little")
                if wires[wire]
                else varint(value)
            )
            for number, wire, value in fields
        )
        assert again == data
