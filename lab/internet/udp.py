"""Datagrams: the port decides which layer receives them.

UDP has no first bytes of a connection to look at, so a protocol is recognised by its port.  What
the port's layer does not know is recorded as raw.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from lab.internet.connection import TrialServices
from lab.internet.dns.over_udp import DnsUdp
from lab.internet.journal import EventRecorder
from lab.internet.layers import RawUdp, UdpContext, UdpLayer
from lab.internet.target import Target

__all__ = ["LAYERS", "UdpDispatcher"]

LAYERS: Mapping[int, Callable[[UdpContext], UdpLayer]] = MappingProxyType({53: DnsUdp})
"""Port to layer.  An HTTP/3 listener would have the entry ``443: QuicListener``.

This module is above ``http`` in the order of imports, so a listener may import
:class:`lab.internet.http.exchange.Exchange`.
"""


class UdpDispatcher:
    """The UDP layers of one trial."""

    def __init__(self, recorder: EventRecorder, services: TrialServices) -> None:
        context = UdpContext(recorder, services)
        self._names = services.names
        self._raw = RawUdp(context)
        self._layers = {port: layer(context) for port, layer in LAYERS.items()}

    def receive(
        self, data: bytes, address: str, port: int, source: object = None
    ) -> Sequence[bytes]:
        """Record a datagram and return the answers.

        Args:
            data: The datagram.
            address: The address that it was sent to.
            port: The port that it was sent to.
            source: The client's end, comparable.

        Returns:
            The datagrams to send back, from that address and port; often none.
        """
        target = Target(host=self._names.find_host(address), address=address, port=port)
        layer = self._layers.get(port, self._raw)
        replies = layer.receive(data, target, source)
        return self._raw.receive(data, target, source) if replies is None else replies
