"""TLS: the client's own contexts and handshakes, and certificates from the client's files."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import threading
import urllib.request

import pytest

from lab.factors.host_spec import BARE, File
from lab.internet.certificate_authority import CertificateAuthority
from lab.internet.root_certificate import RootCertificate, make_ec_key
from lab.observation.records import ClientHello, Connection, Request, TlsFailure

HOST = "api.example.com"
GET = b"GET /a HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n"


def of(seen, kind):
    return [event for event in seen.events if isinstance(event, kind)]


def talk(context=None, name=HOST, **options):
    context = context or ssl.create_default_context()
    with (
        socket.create_connection((HOST, 443), timeout=5) as line,
        context.wrap_socket(line, server_hostname=name, **options) as secure,
    ):
        secure.sendall(GET)
        return secure.recv(12).decode()


def test_a_handshake_is_the_clients_own(observe):
    def shake():
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1", "http/1.0"])
        context.set_ciphers("ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256")
        return talk(context)

    assert observe.result_of(shake) == "HTTP/1.1 404"
    (hello,) = of(observe(shake), ClientHello)
    assert (hello.server_name, hello.alpn) == (HOST, ("http/1.1", "http/1.0"))
    suites = [number for number in hello.ciphers if number >> 8 == 0xC0]
    assert suites == [0xC02C, 0xC02B]
    assert hello.ja4.startswith("t13d")


def test_what_a_client_asks_about_a_connection(observe):
    def ask():
        context = ssl.create_default_context()
        with (
            socket.create_connection((HOST, 443)) as line,
            context.wrap_socket(line, server_hostname=HOST) as secure,
        ):
            return [
                secure.version(),
                secure.selected_alpn_protocol(),
                secure.getpeercert()["subjectAltName"],
                len(secure.getpeercert(binary_form=True)) > 100,
                secure.server_hostname,
                secure.context is context,
                secure.pending(),
                secure.session_reused,
                len(secure.get_channel_binding()),
                isinstance(secure, ssl.SSLSocket),
            ]

    assert observe.result_of(ask) == [
        "TLSv1.3", None, [["DNS", HOST]], True, HOST, True, 0, False, 48, True,
    ]  # fmt: skip


def test_it_ends_as_tls_ends(observe):
    def end():
        context = ssl.create_default_context()
        line = context.wrap_socket(socket.create_connection((HOST, 443)), server_hostname=HOST)
        line.sendall(GET)
        while line.recv(4096):
            pass
        plain = line.unwrap()
        return type(plain).__name__, plain.fileno() == line.fileno()

    assert observe.result_of(end) == ["SSLSocket", True]


@pytest.mark.parametrize("blocking", [False, 0.02])
def test_without_an_answer_it_waits_as_the_socket_does(observe, blocking):
    def wait():
        context = ssl.create_default_context()
        with (
            socket.create_connection((HOST, 443)) as line,
            context.wrap_socket(line, server_hostname=HOST) as secure,
        ):
            secure.settimeout(blocking or 0)
            try:
                secure.recv(1)
            except OSError as error:
                return type(error).__name__

    assert observe.result_of(wait) == ("TimeoutError" if blocking else "SSLWantReadError")


def test_in_an_event_loop(observe):
    async def fetch():
        reader, writer = await asyncio.open_connection(HOST, 443, ssl=True)
        writer.write(GET)
        answer = await reader.read()
        writer.close()
        return answer[:12].decode()

    assert observe.result_of(lambda: asyncio.run(fetch())) == "HTTP/1.1 404"


class TestTrust:
    @pytest.mark.parametrize(
        "make",
        [
            ssl.create_default_context,
            lambda: ssl.create_default_context(cafile="/etc/ssl/certs/ca-certificates.crt"),
            lambda: ssl.create_default_context(cafile="/etc/ssl/cert.pem"),
            lambda: ssl.create_default_context(
                cadata=open("/etc/ssl/certs/ca-certificates.crt").read()  # noqa: SIM115
            ),
        ],
    )
    def test_is_what_the_clients_files_say(self, observe, make):
        assert observe.result_of(lambda: talk(make())) == "HTTP/1.1 404"

    def test_is_not_given_to_those_who_ask_for_none(self, observe):
        def bare():
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            try:
                talk(context)
            except ssl.SSLCertVerificationError as error:
                return error.verify_message

        assert observe.result_of(bare) == "unable to get local issuer certificate"
        seen = observe(bare)
        assert [each.host for each in of(seen, TlsFailure)] == [HOST]
        assert of(seen, Request) == []

    def test_follows_the_variable(self, observe):
        other = CertificateAuthority.fresh().pem
        base = BARE.with_variables(SSL_CERT_FILE="/opt/other.pem").with_files(
            {"/opt/other.pem": File("# Zürich\n".encode() + other)}
        )

        def refuse():
            try:
                talk()
            except ssl.SSLCertVerificationError:
                return "refused"

        assert observe.result_of(refuse, base=base) == "refused"

    def test_a_missing_file_is_said(self, observe):
        def load():
            found = []
            for path in ("/nowhere.pem", "/etc/passwd"):
                try:
                    ssl.create_default_context(cafile=path)
                except OSError as error:
                    found.append(type(error).__name__)
            return found

        assert observe.result_of(load) == ["FileNotFoundError", "SSLError"]


def test_a_certificate_of_the_clients_own(observe, tmp_path):
    """The client serves itself, with a chain from its own files."""
    root = RootCertificate.fresh(make_ec_key(), "Root")
    chain = root.make_chain("localhost")
    base = BARE.with_files({"~/chain.pem": File(chain), "~/ca.pem": File(root.pem)})

    def serve():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.expanduser("~/chain.pem"))
        trusting = ssl.create_default_context(cafile=os.path.expanduser("~/ca.pem"))
        with socket.create_server(("127.0.0.1", 0)) as server:

            def answer():
                line, _ = server.accept()
                with context.wrap_socket(line, server_side=True) as secure:
                    secure.sendall(secure.recv(9)[::-1])

            thread = threading.Thread(target=answer)
            thread.start()
            with (
                socket.create_connection(server.getsockname()) as line,
                trusting.wrap_socket(line, server_hostname="localhost") as secure,
            ):
                secure.sendall(b"abc")
                said = secure.recv(9).decode()
            thread.join()
        return said

    assert observe.result_of(serve, base=base) == "cba"


def test_no_secrets_are_written_to_the_host(observe, tmp_path):
    path = tmp_path / "keys.log"
    base = BARE.with_variables(SSLKEYLOGFILE=str(path))
    assert observe.result_of(talk, base=base) == "HTTP/1.1 404"
    assert not path.exists()


def test_through_a_proxy(observe):
    def fetch():
        with urllib.request.urlopen("https://api.example.com/x", b"{}", timeout=5) as answer:
            return answer.status

    seen = observe(fetch, {"proxy": "http://proxy.example.net:3128"})
    (request,) = of(seen, Request)
    assert request.via == ("http://proxy.example.net:3128",)
    assert [line.host for line in of(seen, Connection)] == ["proxy.example.net"]
