"""Datagrams: DNS queries are answered, everything else is recorded and left unanswered."""

from __future__ import annotations

from lab.internet.dns import nameserver
from lab.internet.dns.name_addresses import NameAddresses
from lab.internet.journal import EventRecorder
from lab.observation.records import Datagram

__all__ = ["receive"]

DNS_PORT = 53


def receive(
    data: bytes, address: str, port: int, journal: EventRecorder, names: NameAddresses
) -> bytes | None:
    """Record a datagram that was sent to this address; return the reply, if there is one."""
    reply = nameserver.answer_query(data, names) if port == DNS_PORT else None
    if reply is None:
        slot = journal.slot("datagrams")
        if slot is not None:
            journal.fill(
                slot,
                Datagram(
                    at=journal.now(),
                    host=names.host(address),
                    address=address,
                    port=port,
                    data=journal.keep(data),
                ),
            )
        return None
    nameserver.record_query(reply, data, "udp", names.host(address) or address, journal)
    return reply.wire
