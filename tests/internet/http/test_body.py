import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from lab.internet.http import body as bodies
from lab.internet.http.body import decode, get_header, parse_json

TEXT = b'{"model": "m"}' * 100
BARE = zlib.compressobj(9, zlib.DEFLATED, -15)

ENCODED = {
    b"gzip": gzip.compress(TEXT),
    b"X-Gzip": gzip.compress(TEXT),
    b"deflate": zlib.compress(TEXT),
    b" deflate ": BARE.compress(TEXT) + BARE.flush(),
    b"br": brotli.compress(TEXT),
    b"zstd": zstandard.compress(TEXT) + zstandard.compress(b""),
    b"identity": TEXT,
    b"": TEXT,
    b"gzip, br": brotli.compress(gzip.compress(TEXT)),
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_every_encoding_is_undone(encoding):
    assert decode(ENCODED[encoding], encoding) == TEXT


def test_no_encoding_is_no_work():
    assert decode(TEXT, None) is TEXT


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"zstd", b"compress"])
def test_what_cannot_be_undone_is_none(encoding):
    assert decode(b"nonsense", encoding) is None


@given(st.binary(max_size=200), st.sampled_from([b"gzip", b"deflate", b"br", b"zstd"]))
def test_no_bytes_break_it(data, encoding):
    decode(data, encoding)


@pytest.mark.parametrize("encoding", [b"gzip", b"deflate", b"br", b"zstd"])
def test_a_bomb_is_cut(monkeypatch, encoding):
    monkeypatch.setattr(bodies, "LARGEST", 1 << 20)
    zeros = bytes(8 << 20)
    packed = {
        b"gzip": gzip.compress,
        b"deflate": zlib.compress,
        b"br": brotli.compress,
        b"zstd": zstandard.compress,
    }[encoding](zeros)
    assert (1 << 20) <= len(decode(packed, encoding)) <= (1 << 20) + (1 << 17)


def test_headers_are_found_without_regard_to_case():
    assert get_header(((b"X-A", b"1"), (b"x-a", b"2")), b"x-a") == b"1"
    assert get_header((), b"x-a") is None


def test_a_lone_surrogate_is_json_as_javascript_writes_it():
    assert parse_json(b'{"a": "\\ud800"}') == {"a": "\ud800"}


@pytest.mark.parametrize("body", [None, b"", b"{", b"\xff", b"[" * 100_000, b"9" * 5000 + b"x"])
def test_what_is_no_json_is_none(body):
    assert parse_json(body) is None
