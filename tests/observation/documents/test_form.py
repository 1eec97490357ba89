import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group

FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("kind", [FORM, "", "text/plain", "application/json"])
def test_what_plainly_is_a_form_is_one_whatever_its_type_says(kind):
    assert find_leaves(b"zone=UTC&seat=4%2F5", kind) == {"/zone": "UTC", "/seat": "4/5"}


def test_a_single_pair_or_a_sentence_is_text_unless_the_type_says_more():
    assert find_leaves(b"zone=UTC") == {"": "zone=UTC"}
    assert find_leaves(b"zone=UTC", FORM) == {"/zone": "UTC"}
    assert find_leaves(b"a=1 & b=2") == {"": "a=1 & b=2"}


pieces = st.sampled_from(["a", "=", "&", "%61", "+", "%20", " ", "b", "%", "%ff", "\n"])
texts = st.lists(pieces, max_size=8).map("".join)


@given(texts, texts, st.sampled_from([FORM, ""]))
def test_other_forms_have_other_leaves(one, other, kind):
    assert (group(one.encode(), kind) == group(other.encode(), kind)) == (one == other)
