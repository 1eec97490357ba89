"""Whom an event contacts, and what a request holds: one reading for all that ask.

Pure functions of records.  Names come from an untrusted client; whoever prints them makes them
safe first (:mod:`lab.reports.text.safe`).
"""

from __future__ import annotations

from lab.observation.content_encoding import decode_content
from lab.observation.records import Connection, Datagram, DnsQuery, Event, ProxyHop, Request

__all__ = ["decode_body", "get_contacted_host", "join_header", "split_host"]


def get_contacted_host(event: Event) -> str:
    """Return the host that an event is about.

    The name where one led to the address, else the address.  For a DNS query it is the name
    asked for, for a request to a proxy the host behind the proxy.
    """
    match event:
        case DnsQuery():
            return event.name
        case Connection() | Datagram():
            return event.host or event.address
        case ProxyHop():
            return split_host(event.target)
        case _:
            return event.host


def split_host(authority: str) -> str:
    """Return the host of ``host:port`` or ``[host]:port``; a host without port stays."""
    if authority.startswith("["):
        return authority[1:].partition("]")[0]
    return authority.rpartition(":")[0] if authority.count(":") == 1 else authority


def join_header(request: Request, name: bytes) -> str:
    """Return the values of a header in one line (RFC 9110 section 5.3), empty without any.

    ``name`` is in lower case.
    """
    return b", ".join(value for key, value in request.headers if key.lower() == name).decode(
        "latin-1"
    )


def decode_body(request: Request) -> bytes:
    """Return a request's body with its content encodings undone."""
    return decode_content(request.body, join_header(request, b"content-encoding"))
