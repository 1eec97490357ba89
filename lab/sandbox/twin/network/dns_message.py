"""DNS queries as the C library writes them, and the records in the answer.

dnspython reads and writes the messages.  Source: RFC 1035, section 4.
"""

from __future__ import annotations

import ipaddress

import dns.exception
import dns.message
import dns.name
import dns.rdata
import dns.rdatatype

__all__ = ["AAAA", "PTR", "A", "build_query", "read_addresses", "read_names"]

A, PTR, AAAA = dns.rdatatype.A, dns.rdatatype.PTR, dns.rdatatype.AAAA

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def build_query(name: str, kind: dns.rdatatype.RdataType) -> bytes:
    """The message that asks for records of one type, recursion desired, without EDNS.

    Raises:
        ValueError: The text is not a domain name.
    """
    try:
        # Not from_text: the C library knows no escapes, and encodes other scripts before.
        labels = [*(label.encode("ascii") for label in name.split(".")), b""]
        return dns.message.make_query(dns.name.Name(labels), kind).to_wire()
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"{name!r} is not a domain name") from error


def read_addresses(message: bytes, kind: dns.rdatatype.RdataType) -> list[Address]:
    """The addresses in an answer; ``kind`` is A or AAAA.

    ValueError where the message is malformed.
    """
    return [ipaddress.ip_address(record.to_text()) for record in _read_records(message, kind)]


def read_names(message: bytes) -> list[str]:
    """The names in the answer to a PTR query.

    ValueError where the message is malformed.
    """
    targets = (record.target for record in _read_records(message, PTR))  # type: ignore[attr-defined]
    return [
        ".".join(label.decode("ascii", "replace") for label in target.labels[:-1])
        for target in targets
    ]


def _read_records(message: bytes, kind: dns.rdatatype.RdataType) -> list[dns.rdata.Rdata]:
    """The records of one type in the answer section."""
    try:
        answer = dns.message.from_wire(message, ignore_trailing=True, one_rr_per_rrset=True).answer
    except dns.exception.DNSException as error:
        raise ValueError(f"the name server's answer is malformed: {error}") from error
    return [record for rrset in answer if rrset.rdtype == kind for record in rrset]
