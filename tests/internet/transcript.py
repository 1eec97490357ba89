"""A conversation with the lab's internet without a socket: send bytes, read answers."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.connection import ConnectionContext, TrialServices
from lab.internet.journal import EventRecorder, Recording, RecordingLimits
from lab.internet.name_addresses import NameAddresses
from lab.internet.script import Script
from lab.internet.sniffer import Sniffer
from lab.internet.target import Target

Kind = TypeVar("Kind")


@cache
def authority() -> CertificateAuthority:
    return CertificateAuthority.fresh()


class Transcript:
    """One connection to ``target``; time stands still at zero."""

    def __init__(
        self,
        port: int = 80,
        *,
        host: str | None = None,
        script: Script = Script(),  # noqa: B008
        limits: RecordingLimits = RecordingLimits(),  # noqa: B008
    ):
        self.names = NameAddresses()
        self.recorder = EventRecorder(limits, lambda: 0.0)
        address = self.names.assign(host, 4) if host else "203.0.113.7"
        self.target = Target(host=host, address=address, port=port)
        services = TrialServices(authority=authority(), names=self.names, script=script)
        self.context = ConnectionContext(self.target, self.recorder, services, Sniffer)
        self.layer = self.context.enter(self.target)

    def send(self, data: bytes) -> bytes:
        return self.layer.receive(data)

    def end(self) -> Recording:
        self.layer.finish()
        self.context.close()
        return self.recorder.make_recording()

    def events(self, kind: type[Kind]) -> list[Kind]:
        return [event for event in self.end().events if isinstance(event, kind)]

    def event(self, kind: type[Kind]) -> Kind:
        (found,) = self.events(kind)
        return found


def record(pieces: Iterable[bytes], port: int = 80, **options: Any) -> Recording:
    """Send the pieces and return what was recorded."""
    transcript = Transcript(port, **options)
    for piece in pieces:
        transcript.send(piece)
    return transcript.end()


class TlsClient:
    """A TLS client whose wire is a transcript."""

    def __init__(
        self,
        transcript: Transcript,
        name: str | None = "api.example.com",
        alpn: tuple[str, ...] = (),
        trusting: bool = True,
        step: int | None = None,
        ciphers: str | None = None,
        newest: ssl.TLSVersion = ssl.TLSVersion.MAXIMUM_SUPPORTED,
    ):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        if ciphers is not None:
            context.set_ciphers(ciphers)
        if newest in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            context.minimum_version = newest
        context.maximum_version = newest
        if name is None:
            context.check_hostname = False
        if trusting:
            context.load_verify_locations(cadata=authority().pem.decode())
        if alpn:
            context.set_alpn_protocols(alpn)
        self.transcript = transcript
        self.step = step
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=name)

    def exchange(self) -> None:
        data = self.outgoing.read()
        step = self.step or len(data) or 1
        for start in range(0, len(data), step):
            self.incoming.write(self.transcript.send(data[start : start + step]))

    def shake_hands(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
            except ssl.SSLWantReadError:
                self.exchange()
            else:
                self.exchange()
                return

    def send(self, data: bytes) -> bytes:
        self.tls.write(data)
        self.exchange()
        return self.read()

    def read(self) -> bytes:
        answer = b""
        try:
            while piece := self.tls.read(1 << 16):
                answer += piece
        except (ssl.SSLWantReadError, ssl.SSLZeroReturnError):
            pass
        return answer
