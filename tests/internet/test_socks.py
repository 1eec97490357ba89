import pytest

from lab.observation.records import Connection, ProxyHop, Request
from tests.internet.transcript import Transcript

HTTP = b"GET /x HTTP/1.1\r\nHost: api.example.com\r\n\r\n"


def name(text: bytes) -> bytes:
    return b"\x03" + bytes([len(text)]) + text


def request5(address: bytes, port: int = 80, command: int = 1) -> bytes:
    return bytes([5, command, 0]) + address + port.to_bytes(2)


def test_a_tunnel_by_name_without_password():
    transcript = Transcript(1080, host="proxy.example")
    assert transcript.send(b"\x05\x01\x00") == b"\x05\x00"
    assert transcript.send(request5(name(b"API.example.com")))[:2] == b"\x05\x00"
    assert transcript.send(HTTP).startswith(b"HTTP/1.1 404")
    connection, hop, request = transcript.end().events
    assert connection.protocol == "http/1.1"
    assert connection.sent == b"\x05\x01\x00" + request5(name(b"API.example.com")) + HTTP
    assert (hop.scheme, hop.proxy, hop.target) == (
        *("socks5", "proxy.example:1080", "api.example.com:80"),
    )
    assert hop.credentials is None
    assert request.via == ("socks5://proxy.example:1080",)


def test_a_password_is_asked_for_and_heard():
    transcript = Transcript(1080)
    assert transcript.send(b"\x05\x02\x00\x02") == b"\x05\x02"
    assert transcript.send(b"\x01\x04user\x06secret") == b"\x01\x00"
    transcript.send(request5(name(b"a.example")))
    assert transcript.event(ProxyHop).credentials == "user:secret"


@pytest.mark.parametrize(
    ("address", "target"),
    [
        (b"\x01\x01\x02\x03\x04", "1.2.3.4:80"),
        (b"\x04" + bytes(15) + b"\x01", "[::1]:80"),
    ],
)
def test_a_tunnel_by_address(address, target):
    transcript = Transcript(1080)
    transcript.send(b"\x05\x01\x00" + request5(address))
    assert transcript.event(ProxyHop).target == target


def test_the_name_behind_an_address_is_known():
    transcript = Transcript(1080)
    address = transcript.names.assign("api.example.com", 4)
    packed = bytes(int(part) for part in address.split("."))
    transcript.send(b"\x05\x01\x00" + request5(b"\x01" + packed) + b"GET / HTTP/1.0\r\n\r\n")
    assert transcript.event(Request).host == "api.example.com"


@pytest.mark.parametrize(
    ("wire", "reply"),
    [
        (b"\x05\x01\x01", b"\x05\xff"),
        (b"\x05\x01\x00" + request5(name(b"a"), command=3), b"\x05\x07\x00\x01" + bytes(6)),
        (b"\x05\x01\x00" + b"\x05\x01\x00\x09\x00", b"\x05\x08\x00\x01" + bytes(6)),
    ],
)
def test_what_is_not_offered_is_refused_and_kept(wire, reply):
    transcript = Transcript(1080)
    assert transcript.send(wire).endswith(reply)
    assert transcript.layer.done
    transcript.send(b"more")
    connection = transcript.event(Connection)
    assert (connection.protocol, connection.sent) == ("socks5", wire + b"more")


def test_version_4_by_address():
    transcript = Transcript(1080)
    wire = b"\x04\x01\x00\x50\x01\x02\x03\x04user\x00"
    assert transcript.send(wire + HTTP)[:2] == b"\x00\x5a"
    hop = transcript.event(ProxyHop)
    assert (hop.scheme, hop.target, hop.credentials) == ("socks4", "1.2.3.4:80", "user")
    assert transcript.event(Request).via == ("socks4://203.0.113.7:1080",)


def test_version_4a_by_name():
    transcript = Transcript(1080)
    transcript.send(b"\x04\x01\x01\xbb\x00\x00\x00\x01\x00API.example.com\x00")
    hop = transcript.event(ProxyHop)
    assert (hop.target, hop.credentials) == ("api.example.com:443", None)


@pytest.mark.parametrize(
    "wire",
    [
        b"\x04\x02\x00\x50\x01\x02\x03\x04\x00",
        b"\x04\x01\x00\x50\x01\x02\x03\x04" + b"x" * 2000,
        b"\x04\x01\x00\x50\x00\x00\x00\x01\x00" + b"x" * 2000,
    ],
)
def test_version_4_refuses_and_keeps(wire):
    transcript = Transcript(1080)
    assert transcript.send(wire)[:2] == b"\x00\x5b"
    assert transcript.event(Connection).sent == wire


@pytest.mark.parametrize(
    "wire", [b"\x05\x03\x00", b"\x05\x01\x02\x01\x04us", b"\x04\x01\x00", b"\x05\x01\x00\x05"]
)
def test_a_message_that_breaks_off_is_kept(wire):
    transcript = Transcript(1080)
    transcript.send(wire)
    assert transcript.event(Connection).sent == wire
