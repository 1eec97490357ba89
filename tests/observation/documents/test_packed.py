import bz2
import gzip
import json
import lzma
import random
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from tests.observation.documents._lossless import find_leaves, group, mutate

BODY = json.dumps({"zone": "UTC", "n": 1}).encode()
PACKERS = {
    "gzip": gzip.compress,
    "zlib": zlib.compress,
    "zstd": lambda data: zstandard.ZstdCompressor().compress(data),
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "lzma": lambda data: lzma.compress(data, lzma.FORMAT_ALONE),
}
packers = st.sampled_from(list(PACKERS))


@pytest.mark.parametrize("name", PACKERS)
def test_what_is_packed_is_read(name):
    assert find_leaves(PACKERS[name](BODY)) == {f"/({name})/zone": "UTC", f"/({name})/n": "1"}


@given(st.data(), packers, st.binary(max_size=60))
def test_changed_bytes_have_other_leaves(data, name, inner):
    body = PACKERS[name](inner)
    other = mutate(data, body)
    assert (group(body) == group(other)) == (body == other)


@given(packers, packers, st.binary(max_size=20), st.binary(max_size=20))
def test_two_packed_bodies_have_other_leaves(one, other, left, right):
    left, right = PACKERS[one](left), PACKERS[other](right)
    assert (group(left) == group(right)) == (left == right)


def test_the_same_contents_packed_otherwise_differ_in_their_exact_bytes_only():
    text = " ".join(str(number * number) for number in range(400)).encode()
    one, other = (group(zstandard.ZstdCompressor(level=level).compress(text)) for level in (3, 7))
    assert {place[0] for place in one if one[place] != other[place]} == {"exact bytes"}


def test_what_a_wrapping_says_is_a_leaf():
    body = gzip.compress(BODY, mtime=1_000_000_000)
    assert find_leaves(body, part="packing")["gzip/time"] == "2001-09-09 01:46:40"
    assert find_leaves(gzip.compress(body, mtime=5), part="packing")["/(gzip)/gzip/time"] == (
        "2001-09-09 01:46:40"
    )


def test_what_stands_behind_is_kept():
    leaves = find_leaves(zlib.compress(BODY) + b"behind")
    assert leaves["/(zlib)/(rest)"] == "behind"
    assert leaves["/(zlib)/zone"] == "UTC"


@pytest.mark.parametrize("start", [b"\x1f\x8b\x08", b"x\x9c", b"BZh91AY&SY", b"\x28\xb5\x2f\xfd"])
def test_what_only_begins_like_packed_data_stays_as_it_is(start):
    body = start + b"\xff and no more of it"
    assert find_leaves(body) == {"": body.hex()}


TEXT = b'{"zone":"Europe/Zurich","session":"a session of some length"}'


@pytest.mark.parametrize("name", ["brotli", "deflate"])
def test_formats_without_a_mark_are_found_where_they_hold_text(name):
    packer = zlib.compressobj(wbits=-15)
    data = brotli.compress(TEXT) if name == "brotli" else packer.compress(TEXT) + packer.flush()
    assert find_leaves(data)[f"/({name})/zone"] == "Europe/Zurich"
    assert f"/({name})" not in str(find_leaves(data[:-1]))


def test_random_bytes_are_not_taken_for_packed_text():
    dice = random.Random(5)
    for size in (12, 16, 32, 100) * 300:
        assert not {"/(brotli)", "/(deflate)"} & set(find_leaves(dice.randbytes(size)))
