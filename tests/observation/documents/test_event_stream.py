from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group

STREAM = b'event: start\ndata: {"zone":"UTC"}\nid: 7\n\n: wait\n\ndata: a\ndata: b\n\n'


def test_events_stand_under_their_names():
    assert find_leaves(STREAM) == {
        "/(events)/[start]/event": "start",
        "/(events)/[start]/id": "7",
        "/(events)/[start]/data/zone": "UTC",
        "/(events)/*/(comment)": " wait",
        "/(events)/*/data": "a\nb",
    }
    assert find_leaves(STREAM, part="element order")["/(events)"] == "[start]\n*\n* 2"


def test_a_text_of_another_kind_is_none():
    assert list(find_leaves(b"data: 1\nand so on")) == [""]
    assert list(find_leaves(b"event: x\n\n")) == [""]


pieces = st.sampled_from(
    ["data: 1", "data:1", "data", "event: a", ": c", "\n", "\n", "\r\n", "id:"]
)
texts = st.lists(pieces, max_size=8).map("".join)


@given(texts, texts)
def test_other_streams_have_other_leaves(one, other):
    assert (group(one.encode()) == group(other.encode())) == (one == other)
