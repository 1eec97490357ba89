import base64
import bz2
import gzip
import lzma
import random
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.findings.encodings.decoders import DECODERS, MAX_BYTES, decode_base64, decode_outer

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
        ("bzip2", bz2.compress),
        ("xz", lzma.compress),
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
def test_what_expands_is_bounded(encode):
    bomb = encode(b"\0" * (MAX_BYTES * 4))
    found = [piece for layer in decode_outer(bomb) for piece in layer.pieces]
    assert any(len(piece) == MAX_BYTES for piece in found)
    assert all(len(piece) <= MAX_BYTES for piece in found)


EXAMPLES = {
    "hex": lambda data: data.hex().encode(),
    "base64": base64.b64encode,
    "url": lambda data: b"".join(b"%%%02x" % byte for byte in data),
    "reversed": lambda data: data[::-1],
}
"""An encoder for each decoder: add one together with the decoder."""


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: decoder.encoding)
@settings(deadline=None)
@given(data=st.binary(min_size=8, max_size=100))
def test_each_decoder_undoes_its_encoding(decoder, data):
    assert data in decoder.decode(EXAMPLES[decoder.encoding](data))


def test_decoders_have_names_of_their_own():
    names = [decoder.encoding for decoder in DECODERS]
    assert sorted(names) == sorted(EXAMPLES)


def test_noise_is_no_compressed_data():
    noise = random.Random(7).randbytes(40_000)
    assert not {layer.encoding for layer in decode_outer(noise)} & {"gzip", "zstd", "brotli"}
