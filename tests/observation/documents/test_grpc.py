from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group, mutate


def frame(message, flags=0):
    return bytes([flags]) + len(message).to_bytes(4, "big") + message


def test_messages_and_trailers():
    body = frame(b'{"zone":"UTC"}') + frame(b"grpc-status:0\r\n", 0x80)
    found = find_leaves(body, "application/grpc-web+json")
    assert found["/(grpc)/zone"] == "UTC"
    assert found["/(grpc)/(trailers)"] == "grpc-status:0\r\n"
    flags = find_leaves(body, "application/grpc-web+json", "writing")["/(grpc)/(flags)"]
    assert flags == "00\n80"


def test_a_message_is_a_protocol_buffer():
    assert (
        find_leaves(frame(b"\x08\x07\x12\x03abc"), "application/grpc")["/(grpc)/(protobuf)/2"]
        == "abc"
    )


def test_what_is_no_whole_number_of_frames_is_none():
    assert "/(grpc)" not in str(find_leaves(frame(b"abc")[:-1], "application/grpc"))


@given(
    st.data(), st.lists(st.tuples(st.binary(max_size=8), st.sampled_from([0, 1, 0x80])), max_size=3)
)
def test_changed_frames_have_other_leaves(data, frames):
    body = b"".join(frame(*one) for one in frames)
    other = mutate(data, body)
    assert (group(body, "application/grpc") == group(other, "application/grpc")) == (body == other)
