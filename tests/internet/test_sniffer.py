import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lab.internet.dns.over_tcp import DnsTcp
from lab.internet.http.http1 import Http1
from lab.internet.http.http2 import PREFACE, Http2
from lab.internet.layers import Raw
from lab.internet.sniffer import recognise_protocol
from lab.internet.socks import Socks4, Socks5
from lab.internet.tls.layer import Tls
from lab.observation.records import Connection
from tests.internet.transcript import Transcript, record

BEGINNINGS = [
    (b"GET / HTTP/1.1\r\n", Http1),
    (b"CONNECT a:1 HTTP/1.1\r\n", Http1),
    (b"GET nonsense", Http1),
    (b"BREW /pot HTTP/1.1\r\n", Http1),
    (b"M-SEARCH * HTTP/1.1\n", Http1),
    (b"BREW /pot\r\n", Raw),
    (b"EHLO mail.example\r\n", Raw),
    (b"SSH-2.0-OpenSSH_9.2\r\n", Raw),
    (b"\x00\x01", Raw),
    (b"x" * 40, Raw),
    (PREFACE, Http2),
    (b"PRI * HTTP/2.0\r\n\r\nXX", Raw),
    (b"\x16\x03\x01\x02\x00\x01", Tls),
    (b"\x16\x03\x01\x02\x00\x02", Raw),
    (b"\x16\x04", Raw),
    (b"\x05\x01", Socks5),
    (b"\x05\x00", Raw),
    (b"\x04\x01", Socks4),
    (b"\x04\x09", Raw),
]


@pytest.mark.parametrize(("data", "layer"), BEGINNINGS)
def test_the_first_bytes_determine_the_protocol(data, layer):
    assert recognise_protocol(data, 443) is layer


@pytest.mark.parametrize(("data", "layer"), BEGINNINGS)
def test_no_prefix_is_judged_wrongly(data, layer):
    for end in range(len(data)):
        assert recognise_protocol(data[:end], 443) in (None, layer)


@pytest.mark.parametrize("port", [53, 853])
def test_dns_is_known_by_its_port_unless_tls_comes_first(port):
    assert recognise_protocol(b"\x00\x1d\x12", port) is DnsTcp
    assert recognise_protocol(b"\x16\x03\x01\x02\x00\x01", port) is Tls


@given(st.binary(max_size=60), st.binary(max_size=60), st.sampled_from([53, 443]))
@example(b"GET", b" ", 443)
def test_once_judged_more_bytes_change_nothing(first, more, port):
    judged = recognise_protocol(first, port)
    assert judged is None or recognise_protocol(first + more, port) is judged


def test_an_endless_first_line_is_given_up():
    assert recognise_protocol(b"BREW " + b"x" * 70_000, 443) is Raw


def test_bytes_that_became_nothing_known_are_recorded():
    (connection,) = record([b"GE"]).events
    assert (connection.protocol, connection.sent) == ("raw", b"GE")


def test_a_connection_without_a_byte_is_recorded():
    (connection,) = record([]).events
    assert (connection.protocol, connection.sent, connection.size) == ("none", b"", 0)


def test_tunnels_in_tunnels_come_to_an_end():
    connect = b"CONNECT a.example:80 HTTP/1.1\r\nHost: a\r\n\r\n"
    transcript = Transcript(3128)
    answer = transcript.send(connect * 50)
    assert 10 <= answer.count(b" 200 ") <= 20
    assert transcript.event(Connection).sent == connect * 50
