import gzip
import io
import struct
import zipfile
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.content_encoding import decode_layers
from lab.observation.style.compression_headers import read_compression_headers
from tests.calls import count_calls


def describe_body(body, encodings=""):
    inner, layers = decode_layers(body, encodings)
    return list(read_compression_headers(layers, inner))


def gzipped(*, name="", mtime=0, level=9):
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", level, out, mtime) as file:
        file.write(b"say ok")
    return out.getvalue()


def test_a_plain_gzip_body():
    assert describe_body(gzipped(), "gzip") == [
        ("gzip/time", "none"),
        ("gzip/effort", "most"),
        ("gzip/system", "unknown"),
        ("gzip/flags", "00"),
    ]


def test_the_name_and_the_time_in_a_gzip_header():
    body = gzipped(name="workstation.json", mtime=1_795_176_003, level=1)
    assert describe_body(body, "gzip") == [
        ("gzip/time", "2026-11-20 12:00:03"),
        ("gzip/effort", "least"),
        ("gzip/system", "unknown"),
        ("gzip/flags", "00"),
        ("gzip/name", "workstation.json"),
    ]
    assert describe_body(body) == describe_body(body, "x-gzip")


def test_everything_else_in_a_gzip_header():
    plain = gzip.compress(b"say ok", mtime=0)
    body = plain[:3] + b"\x1d" + plain[4:9] + b"\x03\x03\x00abcn\x00c\xff\x00" + plain[10:]
    assert dict(describe_body(body, "gzip")) == {
        "gzip/time": "none",
        "gzip/effort": "most",
        "gzip/system": "Unix",
        "gzip/flags": "01",
        "gzip/extra": "616263",
        "gzip/name": "n",
        "gzip/comment": "63ff",
    }


def test_each_member_and_each_layer_reveals():
    two = gzipped(name="a") + gzipped(name="b")
    assert [value for place, value in describe_body(two, "gzip") if place == "gzip/name"] == [
        "a",
        "b",
    ]
    assert "br/window" in dict(describe_body(brotli.compress(gzipped(name="a")), "gzip, br"))
    assert dict(describe_body(brotli.compress(gzipped(name="a")), "gzip, br"))["gzip/name"] == "a"


def test_zlib_and_what_has_no_wrapping():
    assert describe_body(zlib.compress(b"say ok", 1), "deflate") == [
        ("deflate/wrapping", "zlib"), ("deflate/window", "32768"), ("deflate/effort", "fastest"),
    ]  # fmt: skip
    bare = zlib.compressobj(wbits=-15)
    assert describe_body(bare.compress(b"say ok") + bare.flush(), "deflate") == [
        ("deflate/wrapping", "none"),
    ]


@pytest.mark.parametrize("bits", range(10, 25))
def test_the_window_of_brotli(bits):
    assert describe_body(brotli.compress(b"say ok" * 99, lgwin=bits), "br") == [
        ("br/window", str(bits))
    ]


def test_zstandard():
    skipped = struct.pack("<II", 0x184D2A53, 4) + b"west"
    frame = zstandard.ZstdCompressor(write_checksum=True).compress(b"say ok" * 9999)
    body = skipped + frame + skipped
    assert describe_body(body, "zstd") == [
        ("zstd/skipped 3", "west"),
        ("zstd/flags", "00"),
        ("zstd/size", "in 2 bytes"),
        ("zstd/checksum", "yes"),
        ("zstd/skipped 3", "west"),
    ]
    out = io.BytesIO()
    with zstandard.ZstdCompressor().stream_writer(out, closefd=False) as writer:
        writer.write(b"say ok")
    assert ("zstd/size", "not said") in describe_body(out.getvalue(), "zstd")


def test_a_zip_archive():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("home/trace.json", (2026, 11, 20, 12, 0, 4))
        entry.external_attr, entry.comment = 0o644 << 16, b"west"
        entry.extra = struct.pack("<HHI", 0x7875, 4, 1000)
        archive.writestr(entry, b"{}")
        archive.writestr(zipfile.ZipInfo("runs/42/~x"), b"")
        archive.comment = b"note"
    found = dict(describe_body(out.getvalue()))
    assert found["zip/members"] == "home/trace.json\nruns/42/~x"
    assert found["zip/[home~1trace.json]/time"] == "2026-11-20 12:00:04"
    assert found["zip/[home~1trace.json]/made by"] == "Unix 2.0"
    assert found["zip/[home~1trace.json]/attributes"] == "01a40000"
    assert found["zip/[home~1trace.json]/extra 7875"] == "e8030000"
    assert found["zip/[home~1trace.json]/comment"] == "west"
    assert found["zip/[runs~1{id}~1~0x]/method"] == "0, flags 0000"
    assert found["zip/comment"] == "note"


def test_a_body_that_is_not_packed_reveals_nothing():
    assert (
        describe_body(b"say ok")
        == describe_body(b"say ok", "gzip")
        == describe_body(b"", "gzip")
        == []
    )


starts = st.sampled_from([
    b"", b"\x1f\x8b\x08", gzipped(name="a"), zlib.compress(b"a"), zstandard.compress(b"a"),
    b"\x28\xb5\x2f\xfd", struct.pack("<II", 0x184D2A50, 1), b"PK\x03\x04", b"PK\x05\x06",
    b"PK\x03\x04PK\x01\x02" + bytes(42),
])  # fmt: skip


@given(
    starts,
    st.binary(),
    st.sampled_from([b"", b"PK\x05\x06" + bytes(12) + b"\x04" + bytes(5)]),
    st.sampled_from(["", "gzip", "deflate", "br", "zstd", "gzip, gzip", "what"]),
)
def test_any_bytes_reveal_something_or_nothing(start, rest, end, encodings):
    assert all(isinstance(value, str) for _, value in describe_body(start + rest + end, encodings))
    for name in ("gzip", "deflate", "br", "zstd"):
        assert list(read_compression_headers([(name, (start + rest) or b"\0")], b"")) is not None


ZIP_OF_MANY = (
    b"PK\x03\x04"
    + (b"PK\x01\x02" + bytes(42)) * 100_000
    + (b"PK\x05\x06" + bytes(12) + b"\x04" + bytes(5))
)


@pytest.mark.parametrize(
    ("body", "layers"),
    [
        (b"\x1f\x8b\x08\x08" + b"x" * 4_000_000, []),
        (b"", [("zstd", struct.pack("<II", 0x184D2A50, 0) * 400_000)]),
        (b"PK\x03\x04" + b"PK\x01\x02" * 1_000_000, []),
        (b"PK\x03\x04" + b"PK\x05\x06" * 1_000_000, []),
        (ZIP_OF_MANY, []),
        decode_layers(gzipped(name="a") * 2_000, "gzip"),
    ],
    ids=["name without end", "frames", "entries", "ends", "members", "layers"],
)
def test_calls_for_hostile_bytes_are_bounded(body, layers):
    assert count_calls(lambda: list(read_compression_headers(layers, body))) < 40_000
