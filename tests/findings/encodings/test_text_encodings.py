"""Conformance of all encodings: a new record of the table is tested here without an edit."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.detect import find_encoding
from lab.findings.encodings.forms import build_forms
from lab.findings.encodings.text_encodings import ENCODINGS, respell

NEEDLES = (
    "Ünit <07>/build-box",
    "d8:9e:f3:6b:1f:a4",
    "kestrel-0007.corp.example",
    "two words+1",
    "???>>>ÿÿ",
)
NAMES = [encoding.name for encoding in ENCODINGS]

each = pytest.mark.parametrize("encoding", ENCODINGS, ids=NAMES)


def test_names_are_unique():
    assert len(set(NAMES)) == len(NAMES)


@each
def test_the_encoding_has_a_form_that_is_its_own(encoding):
    """It is not another name for an encoding that stands before it in the table."""
    names = {form.encoding for needle in NEEDLES for form in build_forms(needle)}
    assert encoding.name in names


@each
@pytest.mark.parametrize("needle", NEEDLES)
@pytest.mark.parametrize("frame", ["id={};", '{{"v":"{}"}}'])
def test_every_form_is_found_and_named(encoding, needle, frame):
    own = [form for form in build_forms(needle) if form.encoding == encoding.name]
    for form in own:
        value = frame.format(form.text.encode("latin-1").decode("utf-8", "surrogateescape"))
        found = find_encoding(value, [needle])
        assert found is not None, form
        # A form may hold a plainer one: base64 as a whole holds its own middle.
        assert NAMES.index(found) <= NAMES.index(encoding.name), form
        assert find_encoding(value, ["other-box.example", "third.example"]) is None


@each
@settings(deadline=None, max_examples=50)
@given(needle=st.text(min_size=3, max_size=20))
def test_any_text_can_be_written_in_the_same_way_twice(encoding, needle):
    forms = list(encoding.write(needle))
    assert forms == list(encoding.write(needle))
    for form in forms:
        assert all(ord(character) < 256 for character in form)
        assert 0 <= encoding.bits(needle, form) <= max(8 * len(form), 0) or not form


@each
def test_different_texts_have_different_forms(encoding):
    one, other = (set(encoding.write(needle)) for needle in ("host-0007.corp", "host-0008.corp"))
    assert one.isdisjoint(other)


def test_base64_is_decoded_to_the_text():
    (record,) = (encoding for encoding in ENCODINGS if encoding.name == "base64")
    whole, _ = record.write("build-box")
    assert base64.b64decode(whole) == b"build-box"


def test_only_addresses_and_identifiers_are_respelled():
    assert "d89ef36b1fa4" in set(respell("d8:9e:f3:6b:1f:a4"))
    assert not list(respell("build-box"))
