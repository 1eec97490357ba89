"""The fingerprints are held to the examples that their authors published."""

import contextlib
import hashlib
import ssl
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.internet.tls.client_hello import HelloError, ParsedHello, collect_hello, parse_hello


def vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width) + data


def numbers(values) -> bytes:
    return b"".join(struct.pack("!H", value) for value in values)


def message(*, version=0x0303, ciphers=(0x1301,), extensions=()) -> bytes:
    body = struct.pack("!H", version) + bytes(32) + vector(1, b"") + vector(2, numbers(ciphers))
    body += vector(1, b"\0")
    if extensions:
        packed = b"".join(struct.pack("!H", kind) + vector(2, data) for kind, data in extensions)
        body += vector(2, packed)
    return b"\x01" + vector(3, body)


def record(data: bytes) -> bytes:
    return b"\x16\x03\x01" + vector(2, data)


def hello(**changes) -> ParsedHello:
    base = {
        "legacy_version": 0x0303,
        "server_name": "example.com",
        "alpn": ("h2",),
        "versions": (0x0304, 0x0303),
        "ciphers": (),
        "extensions": (),
        "groups": (),
        "point_formats": (),
        "signature_algorithms": (),
    }
    return ParsedHello(**{**base, **changes})


CHROME = hello(
    ciphers=(
        *(0x0A0A, 0x1301, 0x1302, 0x1303, 0xC02B, 0xC02F, 0xC02C, 0xC030),
        *(0xCCA9, 0xCCA8, 0xC013, 0xC014, 0x009C, 0x009D, 0x002F, 0x0035),
    ),
    extensions=(
        *(0x1A1A, 0x001B, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002D, 0x000D),
        *(0x0005, 0x0023, 0x0012, 0x002B, 0xFF01, 0x000B, 0x000A, 0x0015),
    ),
    signature_algorithms=(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
)


def test_ja4_of_the_specifications_example():
    # FoxIO, technical_details/JA4.md: the worked example.
    assert CHROME.ja4() == "t13d1516h2_8daaf6152771_e5627efa2ab1"


def test_ja3_of_the_authors_example():
    # Salesforce, ja3/README.md: the first worked example.
    example = hello(
        legacy_version=769,
        ciphers=(47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4),
        extensions=(0, 10, 11),
        groups=(23, 24, 25),
        point_formats=(0,),
    )
    text = "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0"
    assert example.ja3_text() == text
    assert example.ja3() == "ada70206e40642a3e4461f35503241d5"


def test_ja3_of_a_hello_without_extensions():
    # Salesforce, ja3/README.md: the second worked example.
    example = hello(
        legacy_version=769, ciphers=(4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99), versions=()
    )
    assert example.ja3_text() == "769,4-5-10-9-100-98-3-6-19-18-99,,,"
    assert example.ja3() == "de350869b8c85de67a350c8d186f11e6"


def test_grease_changes_neither():
    plain = hello(ciphers=(0x1301,), extensions=(10,), groups=(29,))
    greased = hello(
        ciphers=(0x2A2A, 0x1301), extensions=(0xFAFA, 10), groups=(0x0A0A, 29),
        versions=(0x1A1A, 0x0304, 0x0303),
    )  # fmt: skip
    assert (greased.ja3(), greased.ja4()) == (plain.ja3(), plain.ja4())


@pytest.mark.parametrize(
    ("changes", "start"),
    [
        ({"extensions": (0,)}, "t13d0001h2"),
        ({"extensions": ()}, "t13i0000h2"),
        ({"alpn": ()}, "t13i000000"),
        ({"alpn": ("http/1.1",)}, "t13i0000h1"),
        ({"alpn": ("\xab\xcd",)}, "t13i0000ad"),
        ({"alpn": ("x",)}, "t13i0000xx"),
        ({"versions": ()}, "t12i0000h2"),
        ({"versions": (), "legacy_version": 0x0301}, "t10i0000h2"),
        ({"versions": (0x7F1C,)}, "t00i0000h2"),
        ({"ciphers": tuple(range(120))}, "t13i9900h2"),
    ],
)
def test_the_readable_part_of_ja4(changes, start):
    assert hello(**changes).ja4().partition("_")[0] == start


def test_nothing_to_hash_is_twelve_zeros():
    assert hello().ja4().endswith("_000000000000_000000000000")


def test_no_signature_algorithms_leave_no_underscore():
    expected = hashlib.sha256(b"000a").hexdigest()[:12]
    assert hello(extensions=(10,)).ja4().endswith(expected)


def test_every_list_is_read_in_order():
    found = parse_hello(
        message(
            ciphers=(0x1302, 0x1301),
            extensions=[
                (0x2A2A, b""),
                (0, vector(2, b"\0" + vector(2, b"api.example.com"))),
                (16, vector(2, vector(1, b"h2") + vector(1, b"http/1.1"))),
                (43, vector(1, numbers([0x0304, 0x0303]))),
                (10, vector(2, numbers([29, 23]))),
                (11, vector(1, b"\0")),
                (13, vector(2, numbers([0x0403]))),
            ],
        )
    )
    assert found == ParsedHello(
        legacy_version=0x0303,
        server_name="api.example.com",
        alpn=("h2", "http/1.1"),
        versions=(0x0304, 0x0303),
        ciphers=(0x1302, 0x1301),
        extensions=(0x2A2A, 0, 16, 43, 10, 11, 13),
        groups=(29, 23),
        point_formats=(0,),
        signature_algorithms=(0x0403,),
    )


def test_a_hello_of_ssl_times_has_no_extensions():
    assert parse_hello(message()).extensions == ()


def test_a_hello_cut_into_records_is_put_together():
    whole = message(extensions=[(21, bytes(600))])
    wire = b"".join(record(whole[at : at + 100]) for at in range(0, len(whole), 100))
    assert collect_hello(wire) == whole
    assert all(collect_hello(wire[:end]) is None for end in range(0, len(wire) - 1, 7))


@pytest.mark.parametrize(
    "wire",
    [
        b"\x17\x03\x03\x00\x01a",
        b"\x16\x02\x00\x00\x01\x01",
        b"\x16\x03\x01\x00\x00",
        b"\x16\x03\x01\xff\xff",
        record(b"\x02\0\0\0"),
        record(b"\x01\xff\xff\xff"),
    ],
)
def test_what_is_no_hello_is_refused_at_once(wire):
    with pytest.raises(HelloError):
        collect_hello(wire)


def test_endless_tiny_records_come_to_an_end():
    with pytest.raises(HelloError):
        collect_hello(record(b"\x01\x01\xff\xff" + b"a" * 100) + record(b"a") * 60_000)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_parser(data):
    for wire in (data, record(data or b"a"), record(b"\x01" + vector(3, data))):
        try:
            found = collect_hello(wire)
            if found is not None:
                parse_hello(found).ja4()
        except HelloError:
            pass


@given(st.data())
def test_no_damage_breaks_the_parser(data):
    whole = bytearray(message(extensions=[(0, vector(2, b"\0" + vector(2, b"a.b"))), (10, b"")]))
    at = data.draw(st.integers(4, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    with contextlib.suppress(HelloError):
        parse_hello(bytes(whole)).ja3()


def test_a_real_hello_is_read():
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = context.wrap_bio(incoming, outgoing, server_hostname="api.example.com")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    found = parse_hello(collect_hello(outgoing.read()))
    assert found.server_name == "api.example.com"
    assert found.alpn == ("h2", "http/1.1")
    assert found.ja4().startswith("t13d")
