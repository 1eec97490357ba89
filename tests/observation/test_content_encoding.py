import gzip
import resource
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from lab.observation import content_encoding
from lab.observation.content_encoding import LIMIT, MOST_LAYERS, decode_content


def bare(data):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


ENCODERS = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", bare),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("identity", bytes),
    ("", bytes),
]


@pytest.mark.parametrize(("name", "encode"), ENCODERS)
def test_each_encoding_is_undone(name, encode):
    assert decode_content(encode(b"say ok" * 99), name) == b"say ok" * 99
    assert decode_content(encode(b"say ok"), f" {name.upper()} ,") == b"say ok"


@given(st.binary(), st.sampled_from(["gzip", "deflate", "br", "zstd", "what", "gzip, br", ","]))
def test_any_bytes_give_bytes(body, name):
    assert isinstance(decode_content(body, name), bytes)


def test_layers_are_undone_outermost_last():
    assert decode_content(brotli.compress(gzip.compress(b"hi")), "gzip, br") == b"hi"


def test_only_so_many_layers_are_undone():
    body = b"hi"
    for _ in range(MOST_LAYERS + 1):
        body = gzip.compress(body, mtime=0)
    names = ", ".join(["gzip"] * (MOST_LAYERS + 1))
    assert decode_content(body, names) == gzip.compress(b"hi", mtime=0)


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_what_does_not_decode_stays_as_it_came(name):
    assert decode_content(b"\xff\xff plain text", name) == b"\xff\xff plain text"


def test_nothing_that_stands_behind_is_lost():
    one = gzip.compress(b"one")
    assert decode_content(one + gzip.compress(b"two") + b"behind", "gzip") == b"onetwobehind"
    frame = zstandard.compress(b"one")
    assert decode_content(frame + frame, "zstd") == b"oneone"


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_body_cut_short_is_not_taken_for_nothing(name):
    body = dict(ENCODERS)[name](b"text that is cut short" * 9)
    assert decode_content(body[:-2], name)


def bomb(name, megabytes=1024):
    compressor = {
        "gzip": lambda: zlib.compressobj(1, wbits=31),
        "deflate": lambda: zlib.compressobj(1),
        "zstd": lambda: zstandard.ZstdCompressor().compressobj(),
    }
    piece = bytes(1 << 20)
    if name == "br":
        encoder = brotli.Compressor(quality=2)
        return b"".join(encoder.process(piece) for _ in range(megabytes)) + encoder.finish()
    encoder = compressor[name]()
    return b"".join(encoder.compress(piece) for _ in range(megabytes)) + encoder.flush()


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "zstd"])
def test_a_gigabyte_of_zeros_stops_at_the_limit(name):
    body = bomb(name)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert len(decode_content(body, name)) == LIMIT
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < 5 * LIMIT


@pytest.mark.parametrize(("name", "encode"), ENCODERS[:-2])
def test_no_more_than_was_asked_for(name, encode):
    assert decode_content(encode(b"say ok" * 99), name, 100) == (b"say ok" * 99)[:100]


@given(st.lists(st.binary(max_size=2000), min_size=1, max_size=6), st.binary(max_size=9))
def test_all_members_and_what_follows_them(members, rest):
    body = b"".join(gzip.compress(member, mtime=0) for member in members)
    whole = b"".join(members)
    if whole:
        assert decode_content(body + rest, "gzip") == whole + rest
    else:  # what decodes to nothing stays as it came
        assert decode_content(body, "gzip") == body


def test_very_many_members_cost_no_more_than_their_length(monkeypatch):
    read, real = 0, zlib.decompressobj

    class Inflater:
        def __init__(self, wbits):
            self.inner = real(wbits=wbits)

        def __getattr__(self, name):
            return getattr(self.inner, name)

        def decompress(self, piece, limit):
            nonlocal read
            read += len(piece)
            return self.inner.decompress(piece, limit)

    monkeypatch.setattr(content_encoding.zlib, "decompressobj", Inflater)
    body = gzip.compress(b"x", mtime=0) * 60_000
    assert decode_content(body, "gzip") == b"x" * 60_000
    # Each member costs one piece of 512 bytes, however many members follow.
    assert read <= 512 * 60_000
