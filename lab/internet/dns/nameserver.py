"""The lab's name server (RFC 1035 and after): every name has an address.

A and AAAA are answered for every name except those that by their definition never resolve;
what else may be asked gets an ordinary empty answer, so that a client goes on as it would
where a name simply has no such record.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import struct
from typing import Literal
from urllib.parse import parse_qs

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdatatype
import dns.reversename
import dns.rrset
import msgspec

from lab.internet.journal import EventRecorder
from lab.internet.name_addresses import NameAddresses
from lab.observation.records import DnsQuery, Request
from lab.observation.traffic import join_header

__all__ = ["MEDIA_TYPE", "Reply", "answer_query", "extract_doh_message", "record_query"]

MEDIA_TYPE = "application/dns-message"
TTL = 300
PAYLOAD = 1232
"""The EDNS buffer size announced (DNS flag day 2020)."""

NEVER_RESOLVE = ("invalid", "onion")
"""RFC 6761 section 6.4 and RFC 7686."""


class Reply(msgspec.Struct, frozen=True):
    """What was asked, as pairs of lower-case name and type, and the message to send back."""

    questions: tuple[tuple[str, str], ...]
    wire: bytes


def answer_query(message: bytes, names: NameAddresses) -> Reply | None:
    """Answer one DNS message; None where it is no query that can be answered.

    One short record at most is added to what was asked, so an answer never needs truncation.
    """
    try:
        query = dns.message.from_wire(message, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    if query.flags & dns.flags.QR or not query.question:
        return None
    try:
        return _respond(query, names)
    except (dns.exception.DNSException, ValueError):
        # Parsed, but not answerable, such as an update or a signed query.
        return None


def extract_doh_message(request: Request) -> bytes | None:
    """Return the DNS message of a DNS-over-HTTPS request (RFC 8484 section 4.1), or None."""
    path, _, query = request.target.partition("?")
    if request.method == "POST":
        kind = join_header(request, b"content-type")
        return request.body if kind.strip().lower() == MEDIA_TYPE else None
    if request.method != "GET" or not path.endswith("/dns-query"):
        return None
    try:
        encoded = parse_qs(query).get("dns", [""])[0].encode("ascii")
        return base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4)) or None
    except (ValueError, binascii.Error):
        return None


def record_query(
    reply: Reply,
    message: bytes,
    transport: Literal["udp", "tcp", "https"],
    resolver: str,
    recorder: EventRecorder,
) -> None:
    """Record every question of an answered message.

    Args:
        reply: The answer, which names the questions.
        message: The query as it was sent.
        transport: How it was sent.
        resolver: The name server that was asked, by name or address.
        recorder: Receives the records.
    """
    for name, kind in reply.questions:
        slot = recorder.reserve("queries")
        if slot is not None:
            query = DnsQuery(
                at=recorder.now(),
                name=name,
                type=kind,
                transport=transport,
                resolver=resolver,
                raw=recorder.keep(message),
            )
            recorder.fill(slot, query)


def _respond(query: dns.message.Message, names: NameAddresses) -> Reply:
    response = dns.message.make_response(query, recursion_available=True, our_payload=PAYLOAD)
    if query.opcode() != dns.opcode.QUERY:
        response.set_rcode(dns.rcode.NOTIMP)
    else:
        for question in query.question[:1]:
            _answer_question(response, question, names)
    return Reply(
        questions=tuple(
            (_to_lower_text(question.name), dns.rdatatype.to_text(question.rdtype))
            for question in query.question
        ),
        wire=response.to_wire(),
    )


def _to_lower_text(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


def _answer_question(
    response: dns.message.Message, question: dns.rrset.RRset, names: NameAddresses
) -> None:
    name, kind = question.name, question.rdtype
    text = _to_lower_text(name)
    last = text.rpartition(".")[2]
    records: list[str] = []
    if last in NEVER_RESOLVE:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif kind in (dns.rdatatype.A, dns.rdatatype.ANY):
        records = ["127.0.0.1" if last == "localhost" else names.assign(text, 4)]
        kind = dns.rdatatype.A
    elif kind == dns.rdatatype.AAAA:
        records = ["::1" if last == "localhost" else names.assign(text, 6)]
    elif kind == dns.rdatatype.PTR:
        records = _resolve_pointers(name, names)
        if not records:
            response.set_rcode(dns.rcode.NXDOMAIN)
    elif kind == dns.rdatatype.NS and len(name.labels) <= 3:
        records = [f"ns1.{name.to_text()}" if len(name.labels) > 1 else "a.root-servers.net."]
    if records:
        response.answer.append(dns.rrset.from_text(name, TTL, "IN", kind, *records))
    else:
        zone = dns.name.Name(name.labels[-3:])
        soa = f"ns1.{zone} hostmaster.{zone} 1 7200 900 1209600 300"
        if len(zone.labels) > 1:
            response.authority.append(dns.rrset.from_text(zone, TTL, "IN", "SOA", soa))


def _resolve_pointers(name: dns.name.Name, names: NameAddresses) -> list[str]:
    try:
        address = dns.reversename.to_address(name)
    except (dns.exception.DNSException, ValueError):
        return []
    if ipaddress.ip_address(address).is_loopback:
        return ["localhost."]
    host = names.find_host(str(ipaddress.ip_address(address)))
    return [host + "."] if host else []
