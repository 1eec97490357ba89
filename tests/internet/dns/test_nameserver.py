import base64

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.internet.dns.nameserver import answer_query, extract_doh_message
from lab.internet.name_addresses import NameAddresses, compute_ipv4, compute_ipv6
from lab.observation.records import DnsQuery, Request
from tests.internet.transcript import Transcript


def ask(name, kind="A", *, names=None, **options):
    query = dns.message.make_query(name, kind, **options)
    reply = answer_query(query.to_wire(), names or NameAddresses())
    response = dns.message.from_wire(reply.wire)
    assert query.is_response(response)
    return response


def values(response):
    return [record.to_text() for rrset in response.answer for record in rrset]


def test_every_name_has_addresses():
    names = NameAddresses()
    assert values(ask("api.example.com", "A", names=names)) == [compute_ipv4("api.example.com")]
    assert values(ask("api.example.com", "AAAA", names=names)) == [compute_ipv6("api.example.com")]
    assert names.find_host(compute_ipv4("api.example.com")) == "api.example.com"


def test_case_is_kept_on_the_wire_and_dropped_from_the_name():
    query = dns.message.make_query("aPi.ExAmple.com", "A").to_wire()
    reply = answer_query(query, NameAddresses())
    assert reply.questions == (("api.example.com", "A"),)
    assert b"aPi\x07ExAmple" in reply.wire
    assert values(dns.message.from_wire(reply.wire)) == [compute_ipv4("api.example.com")]


def test_localhost_is_here():
    assert values(ask("localhost")) == ["127.0.0.1"]
    assert values(ask("app.localhost", "AAAA")) == ["::1"]


@pytest.mark.parametrize("name", ["a.invalid", "x.onion"])
def test_what_never_resolves_does_not(name):
    assert ask(name).rcode() == dns.rcode.NXDOMAIN


@pytest.mark.parametrize("kind", ["MX", "TXT", "SRV", "HTTPS", "SVCB", "CAA", "SOA", "DS"])
def test_other_types_are_empty_with_a_soa(kind):
    response = ask("www.api.example.com", kind)
    assert (response.rcode(), response.answer) == (dns.rcode.NOERROR, [])
    (authority,) = response.authority
    assert authority.name.to_text() == "example.com."
    assert authority.rdtype == dns.rdatatype.SOA


def test_any_is_an_address_and_ns_a_server():
    assert values(ask("a.example", "ANY")) == [compute_ipv4("a.example")]
    assert values(ask("a.example", "NS")) == ["ns1.a.example."]
    assert values(ask(".", "NS")) == ["a.root-servers.net."]
    assert ask(".", "MX").rcode() == dns.rcode.NOERROR


def test_an_address_that_was_given_out_leads_back():
    names = NameAddresses()
    address = names.assign("api.example.com", 4)
    pointer = ".".join(reversed(address.split("."))) + ".in-addr.arpa"
    assert values(ask(pointer, "PTR", names=names)) == ["api.example.com."]
    assert ask(pointer, "PTR").rcode() == dns.rcode.NXDOMAIN
    assert values(ask("1.0.0.127.in-addr.arpa", "PTR")) == ["localhost."]
    assert ask("nonsense.example", "PTR").rcode() == dns.rcode.NXDOMAIN


def test_edns_is_answered_only_where_it_is_spoken():
    assert ask("a.example", use_edns=0, payload=4096).edns == 0
    assert ask("a.example").edns == -1


@pytest.mark.parametrize("kind", ["A", "AAAA", "MX", "NS", "PTR"])
def test_no_answer_needs_more_than_a_plain_datagram(kind):
    longest = ".".join(["x" * 63] * 3 + ["y" * 61])
    assert len(ask(longest, kind, use_edns=0).to_wire()) <= 512


def test_other_operations_are_not_implemented():
    query = dns.message.make_query("a.example", "A")
    query.set_opcode(dns.opcode.STATUS)
    reply = answer_query(query.to_wire(), NameAddresses())
    assert dns.message.from_wire(reply.wire).rcode() == dns.rcode.NOTIMP


def test_a_response_or_nothing_asked_is_no_query():
    query = dns.message.make_query("a.example", "A")
    assert answer_query(dns.message.make_response(query).to_wire(), NameAddresses()) is None
    assert answer_query(dns.message.Message(id=1).to_wire(), NameAddresses()) is None


@given(st.binary(max_size=100))
def test_no_bytes_break_it(data):
    answer_query(data, NameAddresses())
    answer_query(b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00" + data, NameAddresses())
    answer_query(
        b"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x01a\x00\x00\x01\x00\x01" + data,
        NameAddresses(),
    )


def https(method, target, body=b"", headers=()):
    return Request(
        connection=0, at=0.0, version="2", scheme="https", host="dns.example", port=443,
        method=method, target=target, headers=headers, body=body, size=len(body),
    )  # fmt: skip


def test_queries_over_https_are_found():
    kind = ((b"Content-Type", b"application/dns-message"),)
    assert extract_doh_message(https("POST", "/anything", b"q", kind)) == b"q"
    assert extract_doh_message(https("POST", "/dns-query", b"q")) is None
    encoded = base64.urlsafe_b64encode(b"query\xff").rstrip(b"=").decode()
    assert extract_doh_message(https("GET", f"/dns-query?dns={encoded}")) == b"query\xff"
    assert extract_doh_message(https("GET", f"/other?dns={encoded}")) is None
    for nonsense in ("", "?dns=%ff", "?dns=é", "?dns=a"):
        assert extract_doh_message(https("GET", f"/dns-query{nonsense}")) is None


def test_a_query_over_https_is_answered_and_recorded():
    transcript = Transcript(80, host="dns.example")
    query = dns.message.make_query("api.example.com", "A").to_wire()
    answered = transcript.send(
        b"POST /dns-query HTTP/1.1\r\nHost: dns.example\r\n"
        b"Content-Type: application/dns-message\r\nContent-Length: %d\r\n\r\n" % len(query) + query
    )
    response = dns.message.from_wire(answered.partition(b"\r\n\r\n")[2])
    assert values(response) == [compute_ipv4("api.example.com")]
    recorded = transcript.event(DnsQuery)
    assert (recorded.transport, recorded.resolver) == ("https", "dns.example")
    assert (recorded.name, recorded.type, recorded.raw) == ("api.example.com", "A", query)


def test_nonsense_over_https_is_a_bad_request():
    transcript = Transcript(80)
    answered = transcript.send(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/dns-message\r\n"
        b"Content-Length: 1\r\n\r\nx"
    )
    assert answered.startswith(b"HTTP/1.1 400 ")
    assert transcript.event(Request).status == 400
