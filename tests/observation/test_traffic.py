import gzip

import pytest

from lab.observation.records import Connection, Datagram, DnsQuery, ProxyHop, TlsFailure
from lab.observation.traffic import decode_body, get_contacted_host, join_header, split_host
from tests.observation.test_features import request


def connection(host):
    return Connection(0, 0.0, host, "203.0.113.7", 443, "raw", b"", 0)


@pytest.mark.parametrize(
    ("event", "host"),
    [
        (DnsQuery(0.0, "a.example", "A", "udp", "9.9.9.9"), "a.example"),
        (connection("a.example"), "a.example"),
        (connection(None), "203.0.113.7"),
        (Datagram(0.0, None, "203.0.113.7", 9, b""), "203.0.113.7"),
        (ProxyHop(0, 0.0, "connect", "proxy.example:8080", "a.example:443"), "a.example"),
        (ProxyHop(0, 0.0, "connect", "proxy.example:8080", "[2001:db8::1]:443"), "2001:db8::1"),
        (TlsFailure(0, 0.0, "a.example", "unknown ca"), "a.example"),
        (request(host="a.example"), "a.example"),
    ],
)
def test_the_host_that_an_event_contacts(event, host):
    assert get_contacted_host(event) == host


@pytest.mark.parametrize(
    ("authority", "host"),
    [("a:1", "a"), ("a", "a"), ("[::1]:1", "::1"), ("[::1]", "::1"), ("::1", "::1"), ("", "")],
)
def test_the_host_of_an_authority(authority, host):
    assert split_host(authority) == host


def test_headers_of_one_name_are_joined():
    sent = request(headers=((b"Accept", b"a"), (b"X", b"b"), (b"accept", b"c")))
    assert join_header(sent, b"accept") == "a, c"
    assert join_header(sent, b"cookie") == ""


def test_encodings_in_several_headers_are_all_undone():
    body = gzip.compress(gzip.compress(b"hi"))
    headers = ((b"Content-Encoding", b"gzip"), (b"content-encoding", b"GZIP"))
    assert decode_body(request(body=body, headers=headers)) == b"hi"
