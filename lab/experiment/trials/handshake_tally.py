"""Handshakes of all trials, counted by host: where every one failed, nothing sent was seen."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from lab.observation.records import (
    ClientHello,
    Connection,
    DnsQuery,
    Observation,
    ProxyHop,
    TlsFailure,
)
from lab.observation.tls_failures import describe_tls_failure

__all__ = ["HandshakeTally"]

_MAX_HOSTS = 1000
_MAX_NAMED = 3


class HandshakeTally:
    """Handshakes and failures by host, and whether anything else was sent in any trial."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()
        self._reasons: dict[str, Counter[str]] = defaultdict(Counter)
        self._has_content = False

    def count(self, seen: Observation) -> None:
        """Count the handshakes of one trial."""
        failed = {event.connection for event in seen.events if isinstance(event, TlsFailure)}
        for event in seen.events:
            match event:
                case ClientHello(host=host) if self._has_room(host):
                    self._begun[host] += 1
                case TlsFailure(host=host, reason=reason) if self._has_room(host):
                    self._reasons[host][reason] += 1
                case Connection(connection=number, size=size):
                    self._has_content |= size > 0 and number not in failed
                case ClientHello() | TlsFailure() | DnsQuery() | ProxyHop():
                    pass
                case _:
                    self._has_content = True

    def _has_room(self, host: str) -> bool:
        return host in self._begun or host in self._reasons or len(self._begun) < _MAX_HOSTS

    def list_refused(self) -> Iterator[tuple[str, str]]:
        """The hosts with which every handshake failed, each with the most frequent reason."""
        for host in sorted(self._reasons):
            reasons = self._reasons[host]
            if reasons.total() >= self._begun[host]:
                yield host, reasons.most_common(1)[0][0]

    def explain(self) -> str | None:
        """Which handshakes failed, where all of them did and nothing else was sent."""
        if self._has_content or not self._reasons:
            return None
        refused = list(self.list_refused())
        named = [f"{host}: {describe_tls_failure(reason)}" for host, reason in refused[:_MAX_NAMED]]
        more = len(refused) - _MAX_NAMED
        words = "; ".join(named) + (f" and {more} more hosts" if more > 0 else "")
        count = sum(reasons.total() for reasons in self._reasons.values())
        return f"all {count} handshakes of the client failed ({words})"
