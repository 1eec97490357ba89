import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.detect import find_encoding
from lab.findings.encodings.digest_forms import DIGESTS, build_digests

needles = st.text(min_size=3, max_size=20)


def test_digests_are_those_of_the_text_and_of_its_usual_variants():
    found = {item.data for item in build_digests("Box")}
    for text in ("Box", "box", "BOX", "Box\n", '"Box"'):
        assert hashlib.sha256(text.encode()).digest() in found
        assert hashlib.md5(text.encode(), usedforsecurity=False).digest() in found
    assert hashlib.sha256(b"other").digest() not in found


@settings(deadline=None)
@given(needles)
def test_a_digest_begins_or_ends_with_what_is_searched(needle):
    for item in build_digests(needle):
        ends = item.whole.endswith if item.format == "end of hex" else item.whole.startswith
        assert ends(item.start)


@pytest.mark.parametrize("separators", [":", "-", ""])
def test_digests_are_also_those_of_other_separators(separators):
    found = {item.data for item in build_digests("d8:9e:f3:6b:1f:a4")}
    text = separators.join(("d8", "9e", "f3", "6b", "1f", "a4"))
    assert hashlib.md5(text.encode(), usedforsecurity=False).digest() in found


@pytest.mark.parametrize("name", DIGESTS)
def test_each_digest_is_found_by_its_name(name):
    digest = hashlib.new(name, b"build-box", usedforsecurity=False)
    assert find_encoding(f"id={digest.hexdigest()}", ["build-box"]) == name


def test_names_are_unique():
    assert len(set(DIGESTS)) == len(DIGESTS)
