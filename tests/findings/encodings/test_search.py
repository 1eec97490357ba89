import gzip
import hashlib

from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.search import LETTER_CASE, PLAIN, TextSearch


def sha(name, text):
    return hashlib.new(name, text.encode())


def test_groups_are_searched_together_and_answered_apart():
    search = TextSearch([["alpha-box"], ["beta-box"], ["gamma-box"]], [[], [], ["short"]])
    hits = search.hits(f"alpha-box {b'beta-box'.hex()} {sha('md5', 'short').hexdigest()}")
    assert [hit.encoding for hit in hits if hit] == [PLAIN, "hex", "md5"]
    assert search.hits("short gamma") == (None, None, None)


def test_the_plainest_way_is_reported():
    search = TextSearch([["build-box.example"]])
    encoded = b"build-box.example".hex()
    digest = sha("md5", "build-box.example").hexdigest()
    for value, encoding in (
        (f"{digest} {encoded} BUILD-BOX.EXAMPLE build-box.example", PLAIN),
        (f"{digest} {encoded} BUILD-BOX.EXAMPLE", "hex"),
        (f"{digest} BUILD-BOX.EXAMPLE", LETTER_CASE),
        (digest, "md5"),
    ):
        (hit,) = search.hits(value)
        assert hit is not None
        assert (hit.encoding, hit.needle) == (encoding, "build-box.example")


def test_three_layers_and_not_four():
    search = TextSearch([["build-box.example"]])
    # Compressed data shows nothing of what is within.
    data = b"build-box.example" * 3
    for depth in range(1, 5):
        data = gzip.compress(data + bytes(range(97, 110)) * depth)
        (hit,) = search.hits(data.hex())
        assert (hit is not None) == (depth <= 2), depth


def test_no_group_and_no_text():
    assert TextSearch([]).hits("anything") == ()
    assert TextSearch([[], ["ab"]]).hits("ab") == (None, None)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(max_size=6), max_size=3), max_size=3), st.text())
def test_a_group_is_answered_as_if_it_were_alone(groups, value):
    assert TextSearch(groups).hits(value) == tuple(
        TextSearch([group]).hits(value)[0] for group in groups
    )
