import ssl

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.observation.records import ClientHello, Connection, Request, TlsFailure
from tests.internet.transcript import TlsClient, Transcript

REQUEST = b"GET /a HTTP/1.1\r\nHost: api.example.com\r\n\r\n"


def test_what_is_inside_is_recorded_in_clear():
    transcript = Transcript(443, host="api.example.com")
    client = TlsClient(transcript)
    client.shake_hands()
    assert client.send(REQUEST).startswith(b"HTTP/1.1 404")
    recording = transcript.end()
    connection, hello, request = recording.events
    assert isinstance(connection, Connection)
    assert connection.protocol == "http/1.1"
    assert (connection.sent, connection.size) == (REQUEST, len(REQUEST))
    assert isinstance(hello, ClientHello)
    assert hello.server_name == hello.host == "api.example.com"
    assert hello.raw[0] == 1
    assert isinstance(request, Request)
    assert (request.scheme, request.host, request.port) == ("https", "api.example.com", 443)


@pytest.mark.parametrize("step", [1, 7, 1000])
def test_segments_do_not_matter(step):
    whole, cut = Transcript(443), Transcript(443)
    for transcript, size in ((whole, None), (cut, step)):
        client = TlsClient(transcript, step=size)
        client.shake_hands()
        client.send(REQUEST)
    strip = [event for event in whole.end().events if not isinstance(event, ClientHello)]
    assert strip == [event for event in cut.end().events if not isinstance(event, ClientHello)]


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [(("h2", "http/1.1"), "h2"), (("http/1.1",), "http/1.1"), (("dot",), None), ((), None)],
)
def test_the_protocol_is_negotiated(offered, chosen):
    client = TlsClient(Transcript(443), alpn=offered)
    client.shake_hands()
    assert client.tls.selected_alpn_protocol() == chosen


def test_without_sni_the_certificate_names_what_was_connected_to():
    for host, expected in (
        ("a.example", ("DNS", "a.example")),
        (None, ("IP Address", "203.0.113.7")),
    ):
        transcript = Transcript(443, host=host)
        client = TlsClient(transcript, name=None)
        client.shake_hands()
        assert client.tls.getpeercert()["subjectAltName"] == (expected,)
        assert transcript.event(ClientHello).host == expected[1]


def test_sni_decides_over_the_name_connected_to():
    transcript = Transcript(443, host="front.example")
    client = TlsClient(transcript, name="hidden.example")
    client.shake_hands()
    client.send(b"GET / HTTP/1.0\r\n\r\n")
    assert transcript.event(Request).host == "hidden.example"


def test_a_client_that_does_not_trust_us_is_a_recorded_failure():
    transcript = Transcript(443, host="api.example.com")
    client = TlsClient(transcript, trusting=False)
    with pytest.raises(ssl.SSLCertVerificationError):
        client.shake_hands()
    client.exchange()
    assert transcript.layer.done
    failure = transcript.event(TlsFailure)
    assert failure.host == "api.example.com"
    assert "UNKNOWN_CA" in failure.reason


_CIPHERS = ("ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256", "DHE-RSA-AES128-SHA",
            "AES128-SHA", "AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-SHA")  # fmt: skip
_VERSIONS = (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3)


@settings(deadline=None)
@given(ciphers=st.sets(st.sampled_from(_CIPHERS), min_size=1), newest=st.sampled_from(_VERSIONS))
def test_every_client_with_certificates_gets_one_that_it_can_use(ciphers, newest):
    transcript = Transcript(443, host="api.example.com")
    client = TlsClient(transcript, ciphers=":".join(ciphers), newest=newest)
    client.shake_hands()
    assert client.send(REQUEST).startswith(b"HTTP/1.1 404")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_client_of_an_old_version_is_served(version):
    client = TlsClient(
        Transcript(443, host="api.example.com"), ciphers="ALL:@SECLEVEL=0", newest=version
    )
    client.shake_hands()
    assert client.tls.version() == {"TLSv1": "TLSv1", "TLSv1_1": "TLSv1.1"}[version.name]


def test_a_client_without_certificates_is_a_recorded_failure():
    transcript = Transcript(443, host="api.example.com")
    client = TlsClient(
        transcript, ciphers="ADH-AES128-SHA256:@SECLEVEL=0", newest=ssl.TLSVersion.TLSv1_2
    )
    with pytest.raises(ssl.SSLError):
        client.shake_hands()
    assert transcript.event(TlsFailure).reason == "NO_SHARED_CIPHER"


def test_a_client_that_gives_up_is_a_recorded_failure():
    transcript = Transcript(443)
    client = TlsClient(transcript)
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.do_handshake()
    hello = client.outgoing.read()
    transcript.send(hello[:40])
    connection, failure = transcript.end().events
    assert "during the handshake" in failure.reason
    # Nothing was decrypted, so the wire's bytes are what the client sent.
    assert connection.sent == hello[:40]


def test_bytes_after_a_failed_handshake_are_kept():
    transcript = Transcript(443)
    client = TlsClient(transcript)
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.do_handshake()
    hello = client.outgoing.read()
    transcript.send(hello)
    transcript.send(b"nonsense")
    transcript.send(b"more")
    connection = transcript.event(Connection)
    assert connection.sent == hello + b"nonsensemore"
    assert connection.protocol == "tls"


def test_what_only_begins_like_tls_is_raw():
    wire = b"\x16\x03\x01\x00\x02\x01" + b"\xff" * 60
    transcript = Transcript(443)
    assert transcript.send(wire) == b""
    transcript.send(b"more")
    assert transcript.event(Connection).sent == wire + b"more"


def test_the_goodbye_is_answered():
    transcript = Transcript(443)
    client = TlsClient(transcript)
    client.shake_hands()
    client.send(REQUEST)
    with pytest.raises(ssl.SSLWantReadError):
        client.tls.unwrap()
    client.exchange()
    client.tls.unwrap()
    assert transcript.layer.done


def test_damaged_records_end_the_clear_text_and_nothing_else():
    transcript = Transcript(443)
    client = TlsClient(transcript)
    client.shake_hands()
    client.send(REQUEST)
    transcript.send(b"\x17\x03\x03\x00\x20" + bytes(32))
    transcript.send(b"more")
    connection = transcript.event(Connection)
    assert connection.sent == REQUEST + b"\x17\x03\x03\x00\x20" + bytes(32) + b"more"
    assert [layer.protocol for layer in connection.layers] == ["http/1.1", "tls"]
    assert connection.layers[0].take(connection.sent) == REQUEST


def test_tls_in_tls_through_a_proxy_spoken_to_in_tls():
    transcript = Transcript(8443, host="proxy.example")
    outer = TlsClient(transcript, name="proxy.example")
    outer.shake_hands()
    assert b" 200 " in outer.send(b"CONNECT api.example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n")

    class Inside:
        send = staticmethod(outer.send)

    inner = TlsClient(Inside)
    inner.shake_hands()
    inner.send(REQUEST)
    events = transcript.end().events
    assert [type(event).__name__ for event in events] == [
        *("Connection", "ClientHello", "ProxyHop", "ClientHello", "Request"),
    ]
    assert events[-1].via == events[-2].via == ("https://proxy.example:8443",)
    assert events[-1].port == 443
