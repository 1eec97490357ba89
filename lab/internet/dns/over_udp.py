"""DNS over UDP (RFC 1035 section 4.2.1)."""

from __future__ import annotations

from collections.abc import Sequence

from lab.internet.dns import nameserver
from lab.internet.layers import UdpContext
from lab.internet.target import Target

__all__ = ["DnsUdp"]


class DnsUdp:
    """Answers each query by itself."""

    def __init__(self, context: UdpContext) -> None:
        self._context = context

    def receive(self, data: bytes, target: Target, source: object) -> Sequence[bytes] | None:
        """Record and answer a query.

        Args:
            data: The datagram.
            target: The name server that the client asks.
            source: The client's end; the answer does not depend on it.

        Returns:
            The answer, or None where the datagram is no query.
        """
        reply = nameserver.answer_query(data, self._context.services.names)
        if reply is None:
            return None
        nameserver.record_query(reply, data, "udp", target.name, self._context.recorder)
        return (reply.wire,)
