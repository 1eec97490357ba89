import struct

import dns.edns
import dns.flags
import dns.message
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.style.dns_query import describe_letter_case, read_query_style


def query(name="api.example.com", kind="A", **options):
    return dns.message.make_query(name, kind, **options).to_wire()


def test_an_ordinary_query():
    found = read_query_style(query())
    assert (found.names, found.summary, found.contents) == (("api.example.com",), "RD", ())


def test_letters_are_those_of_the_message():
    assert read_query_style(query("aPi.Example.com")).names == ("aPi.Example.com",)
    # Escaped as the name server's text of it, so that the two can be compared.
    assert read_query_style(query(r"a\.b.example")).names == (r"a\.b.example",)


@pytest.mark.parametrize(
    ("name", "spelling"),
    [
        ("api.example.com", "lower"),
        ("API.EXAMPLE.COM", "UPPER"),
        ("MZXW6.edge.example.com", "UPPER.lower"),
        ("aPi.example.com", "aPi.lower"),
        ("aPi.aPi", "aPi.aPi"),
        ("127.0.0.1", "lower"),
        ("", "lower"),
    ],
)
def test_letter_case(name, spelling):
    assert describe_letter_case(name) == spelling


@given(st.text("abc1-", min_size=1), st.text("abc1-", min_size=1))
def test_names_of_one_spelling_have_one_value(one, other):
    assert describe_letter_case(one) == describe_letter_case(f"{one}.{other}") == "lower"
    assert describe_letter_case(f"A{one.upper()}.{other}") == describe_letter_case(
        f"B{other.upper()}.{one}"
    )


def test_flags():
    message = dns.message.make_query("a.example", "A")
    message.flags = dns.flags.AD | dns.flags.CD
    assert read_query_style(message.to_wire()).summary == "AD CD"
    message.flags = 0
    assert read_query_style(message.to_wire()).summary == "no flags"
    message.set_opcode(dns.opcode.STATUS)
    assert read_query_style(message.to_wire()).summary == "opcode 2"
    assert read_query_style(query(rdclass="CH")).summary == "RD class 3"


def test_settings_of_edns():
    assert read_query_style(query(use_edns=0, payload=1232)).summary == "RD, edns 1232"
    assert (
        read_query_style(query(use_edns=0, payload=4096, want_dnssec=True)).summary
        == "RD, edns 4096 DO"
    )
    assert read_query_style(query(use_edns=1, payload=512)).summary == "RD, edns 512 version 1"


def test_options_are_named_and_what_they_hold_stands_apart():
    options = [dns.edns.ECSOption("203.0.113.0", 24), dns.edns.GenericOption(12, bytes(7))]
    found = read_query_style(query(use_edns=0, payload=1232, options=options))
    assert found.summary == "RD, edns 1232, option 8, option 12"
    assert found.contents == (("option 8", "00011800cb0071"), ("option 12", "7 zero bytes"))


def test_what_follows_the_question():
    assert read_query_style(query() + b"host").contents == (("trailing", b"host".hex()),)
    # A record of TXT in the additional section.
    record = b"\0" + struct.pack(">HHIH", 16, 1, 0, 5) + b"\4host"
    message = bytearray(query() + record)
    message[11] = 1
    found = read_query_style(bytes(message))
    assert (found.summary, found.contents) == ("RD, record TXT", (("record TXT", "04686f7374"),))


def test_the_id_is_not_looked_at():
    assert read_query_style(b"\0\0" + query()[2:]) == read_query_style(b"\xff\xff" + query()[2:])


@given(st.binary(max_size=64))
def test_anything_is_read_or_refused(message):
    read_query_style(message)


@given(st.integers(0, len(query(use_edns=0, options=[dns.edns.GenericOption(10, b"x" * 8)])) - 1))
def test_what_is_not_whole_is_not_read(size):
    assert (
        read_query_style(query(use_edns=0, options=[dns.edns.GenericOption(10, b"x" * 8)])[:size])
        is None
    )
