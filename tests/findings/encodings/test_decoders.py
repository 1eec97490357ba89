import base64
import gzip
import random
import time
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.decoders import MAX_BYTES, decode_base64, decode_outer

TEXT = b'{"host": "build-box", "zone": "UTC", "host again": "build-box"}'


def bare(data):
    compressor = zlib.compressobj(wbits=-15)
    return compressor.compress(data) + compressor.flush()


@pytest.mark.parametrize(
    ("name", "encode"),
    [
        ("hex", lambda data: data.hex().encode()),
        ("hex", lambda data: b"v=" + data.hex().upper().encode() + b";"),
        ("base64", base64.b64encode),
        ("base64", base64.urlsafe_b64encode),
        ("base64", lambda data: b'"' + base64.b64encode(data).rstrip(b"=") + b'"'),
        ("reversed", lambda data: data[::-1]),
        ("gzip", gzip.compress),
        ("deflate", zlib.compress),
        ("deflate", bare),
        ("zstd", zstandard.compress),
        ("brotli", brotli.compress),
        ("url", lambda data: b"".join(b"%%%02x" % byte for byte in data)),
    ],
)
def test_each_layer_is_undone(name, encode):
    found = {layer.encoding: layer.pieces for layer in decode_outer(encode(TEXT))}
    assert TEXT in found[name]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_can_be_asked_for(data):
    for layer in decode_outer(data):
        assert layer.pieces
        assert sum(map(len, layer.pieces)) <= MAX_BYTES


@given(st.binary(min_size=1))
def test_base64_with_and_without_its_end(data):
    whole = base64.b64encode(data).decode()
    assert decode_base64(whole) == decode_base64(whole.rstrip("=")) == data
    assert decode_base64(base64.urlsafe_b64encode(data).decode()) == data


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress, brotli.compress])
def test_what_swells_is_bounded(encode):
    bomb = encode(b"\0" * (MAX_BYTES * 4))
    start = time.process_time()
    assert all(len(piece) <= MAX_BYTES for layer in decode_outer(bomb) for piece in layer.pieces)
    assert time.process_time() - start < 2


def test_noise_is_no_compressed_data():
    noise = random.Random(7).randbytes(40_000)
    assert not {layer.encoding for layer in decode_outer(noise)} & {"gzip", "zstd", "brotli"}
