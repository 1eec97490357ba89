import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.documents.charset import decode_text
from tests.observation.documents._lossless import find_leaves, group, mutate

TEXT = '{"zone":"Zürich"}'


@pytest.mark.parametrize(
    ("body", "kind", "charset"),
    [
        (TEXT.encode("utf-8-sig"), "", "utf-8, byte order mark"),
        (TEXT.encode("utf-16"), "", "utf-16-le, byte order mark"),
        (TEXT.encode("utf-16-be"), "", "utf-16-be"),
        (TEXT.encode("utf-16-le"), "application/json", "utf-16-le"),
        (TEXT.encode("latin-1"), "application/json; charset=ISO-8859-1", "iso-8859-1"),
    ],
)
def test_a_document_in_any_character_set_has_the_same_pointers(body, kind, charset):
    assert find_leaves(body, kind) == {"/zone": "Zürich"}
    assert find_leaves(body, kind, "writing")["/(charset)"] == charset


def test_bytes_that_are_no_text_stay_bytes():
    assert decode_text(b"\xff\x00\x01", "") is None
    assert decode_text(b"\xff\x01", "text/plain; charset=latin-1") is None
    assert decode_text(b"\xff\xfea", "") is None
    assert decode_text(b"\xe9", "text/plain; charset=punycode") is None
    assert decode_text(b"\xe9", "text/plain; charset=nonesuch") is None


sets = st.sampled_from(["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
kinds = st.sampled_from(["", "text/plain; charset=latin-1", "text/plain; charset=utf-16"])


@given(sets, sets, kinds, st.text("ab{}é", max_size=8), st.text("ab{}é", max_size=8))
def test_other_bytes_have_other_leaves(one, other, kind, left, right):
    left, right = left.encode(one), right.encode(other)
    assert (group(left, kind) == group(right, kind)) == (left == right)


@given(st.data(), sets, kinds)
def test_changed_bytes_have_other_leaves(data, charset, kind):
    body = TEXT.encode(charset)
    other = mutate(data, body)
    assert (group(body, kind) == group(other, kind)) == (body == other)
