import base64
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group, mutate

FORM = "multipart/form-data; boundary=b"


def part(name, content, *headers, end=b"\r\n"):
    lines = [b'Content-Disposition: form-data; name="' + name + b'"', *headers]
    return b"--b" + end + end.join(lines) + end * 2 + content + end


def test_parts_stand_under_their_names():
    body = part(b"ticket", b"a1") + part(b"meta", b'{"zone":"UTC"}') + b"--b--\r\n"
    for kind in (FORM, "application/json", ""):
        leaves = find_leaves(body, kind)
        assert leaves["/(multipart)/[ticket]"] == "a1"
        assert leaves["/(multipart)/[meta]/zone"] == "UTC"
        assert leaves["/(multipart)/(boundary)"] == "b"
        assert leaves["/(multipart)/[meta]/(headers)/content-disposition/name"] == "meta"
    assert find_leaves(body, FORM, "element order") == {"/(multipart)": "[ticket]\n[meta]"}


def test_a_packed_part_is_opened():
    packed = gzip.compress(b'{"zone":"UTC"}')
    body = part(b"log", packed, b"Content-Type: application/gzip") + b"--b--\r\n"
    assert find_leaves(body)["/(multipart)/[log]/(gzip)/zone"] == "UTC"


@pytest.mark.parametrize(
    ("coding", "content"),
    [
        (b"base64", base64.encodebytes(b'{"zone":"UTC"}')),
        (b"quoted-printable", b'{"zone":"U=54C"}'),
    ],
)
def test_a_transfer_encoding_is_undone(coding, content):
    body = part(b"log", content, b"Content-Transfer-Encoding: " + coding) + b"--b--\r\n"
    assert find_leaves(body)[f"/(multipart)/[log]/({coding.decode()})/zone"] == "UTC"


def test_text_around_the_parts_is_kept():
    body = b"before\r\n" + part(b"a", b"1") + b"--b--\r\nbehind"
    leaves = find_leaves(body, FORM)
    assert leaves["/(multipart)/(preamble)"] == "before"
    assert leaves["/(multipart)/(epilogue)"] == "behind"
    assert find_leaves(part(b"a", b"1") + b"--b\r\nX: y", FORM)["/(multipart)/*/(headers)/x"] == "y"


def test_names_that_are_made_up_or_missing_stand_at_one_place():
    body = part(b"file-20261120", b"1") + b"--b\r\n\r\nx\r\n--b--\r\n"
    leaves = group(body, FORM)
    assert leaves["body", "/(multipart)/*"] == ["1", "x"]


def test_the_way_in_which_delimiters_are_written_is_a_leaf_without_the_boundary():
    one, other = (
        find_leaves(body.replace(b"--b", mark), "", "writing")
        for body, mark in (
            (part(b"a", b"1") + b"--b--\r\n", b"--77aa"),
            (part(b"a", b"1", end=b"\n") + b"--b--\n", b"--55bb"),
        )
    )
    assert one.keys() == other.keys()
    assert one != other
    assert "77aa" not in str(one)


pieces = st.sampled_from([
    b"--b", b"--", b"\r\n", b"\n", b"b", b"a: b", b'Content-Disposition: form-data; name="a"',
    b"Content-Transfer-Encoding: base64", b"eA==", b" ", b"x",
])  # fmt: skip
bodies = st.lists(pieces, max_size=14).map(b"".join)


@given(bodies, bodies)
def test_two_bodies_have_other_leaves(one, other):
    assert (group(one, FORM) == group(other, FORM)) == (one == other)


@given(st.data(), st.lists(st.sampled_from([b"a", b"c", b"d 1"]), max_size=3), st.booleans())
def test_a_changed_body_has_other_leaves(data, names, declared):
    body = b"".join(part(name, b"x\r\n") for name in names) + b"--b--\r\n"
    other = mutate(data, body)
    kind = FORM if declared else ""
    assert (group(body, kind) == group(other, kind)) == (body == other)
