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

from lab.findings.encodings.decoders import LONGEST, layers, unbase64

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
    found = {layer.encoding: layer.pieces for layer in layers(encode(TEXT))}
    assert TEXT in found[name]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_can_be_asked_for(data):
    for layer in layers(data):
        assert layer.pieces
        assert sum(map(len, layer.pieces)) <= LONGEST


@given(st.binary(min_size=1))
def test_base64_with_and_without_its_end(data):
    whole = base64.b64encode(data).decode()
    assert unbase64(whole) == unbase64(whole.rstrip("=")) == data
    assert unbase64(base64.urlsafe_b64encode(data).decode()) == data


@pytest.mark.parametrize("encode", [gzip.compress, zlib.compress, brotli.compress])
def test_what_swells_is_bounded(encode):
    bomb = encode(b"\0" * (LONGEST * 4))
    start = time.process_time()
    assert all(len(piece) <= LONGEST for layer in layers(bomb) for piece in layer.pieces)
    assert time.process_time() - start < 2


def test_noise_is_no_compressed_data():
    noise = random.Random(7).randbytes(40_000)
    assert not {layer.encoding for layer in layers(noise)} & {"gzip", "zstd", "brotli"}
