"""Queries are byte for byte those of glibc 2.36; answers are read or refused."""

from __future__ import annotations

import ipaddress

import dns.message
import dns.rrset
import pytest

from lab.sandbox.twin.network.dns_message import (
    AAAA,
    PTR,
    A,
    build_query,
    read_addresses,
    read_names,
)

HEADER = "abcd81800001000100000000"


def answer(name, kind, *records):
    """An answer that holds these records."""
    response = dns.message.make_response(dns.message.from_wire(build_query(name, kind)))
    response.answer.append(dns.rrset.from_text(f"{name}.", 300, "IN", kind.name, *records))
    return response.to_wire()


def test_a_query_is_that_of_the_c_library():
    message = build_query("www.example.com", A)
    assert message[2:].hex() == ("0100000100000000000003777777076578616d706c6503636f6d0000010001")
    assert len({build_query("www.example.com", A)[:2] for _ in range(20)}) > 1


@pytest.mark.parametrize(
    "name", ["", "a..b", "." * 3, "x" * 64 + ".example", ".".join(["abcdefg"] * 32), "bücher"]
)
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match="not a domain name"):
        build_query(name, A)


def test_a_backslash_is_no_escape():
    assert build_query(r"a\.b", A)[12:17] == b"\x02a\\\x01b"


def test_addresses_are_those_of_the_type():
    both = {ipaddress.ip_address("203.0.113.1"), ipaddress.ip_address("203.0.113.2")}
    assert set(read_addresses(answer("a.example", A, *map(str, both)), A)) == both
    assert read_addresses(answer("a.example", AAAA, "2001:db8::1"), A) == []


def test_names_have_no_final_dot():
    assert read_names(answer("7.113.0.203.in-addr.arpa", PTR, "host.example.")) == ["host.example"]


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"\0" * 11,
        bytes.fromhex(HEADER) + b"\xc0",
        bytes.fromhex("abcd81800001000000000000") + b"\x01a\xc0\x0c\0\x0c\0\x01",
        answer("a.example", A, "203.0.113.1")[:-2],
    ],
    ids=["empty", "short header", "no question", "a name that points at itself", "short record"],
)
def test_a_malformed_answer_is_an_error(message):
    with pytest.raises(ValueError, match="malformed"):
        read_addresses(message, A)
    with pytest.raises(ValueError, match="malformed"):
        read_names(message)
