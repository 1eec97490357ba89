from __future__ import annotations

import pytest

import lab
from lab.errors import UsageError
from lab.factors.host_spec import Endpoint
from lab.observation.records import (
    Connection,
    Datagram,
    DnsQuery,
    Exit,
    Observation,
    ProxyHop,
    Request,
)
from lab.testing.contracts.destinations import (
    describe_destinations,
    find_disallowed,
    parse_allowed_names,
)

OURS = "api.acme.example"
END = Exit(0.0, "finished", 0, None, 0.0, b"", b"")
RESOLVER = "192.168.1.1"


def dns(name, resolver=RESOLVER):
    return DnsQuery(0.0, name, "A", "udp", resolver)


def http(host):
    return Request(0, 0.0, "1.1", "https", host, 443, "GET", "/", (), b"", 0)


def tcp(host, address="198.51.100.7", port=443):
    return Connection(0, 0.0, host, address, port, "raw", b"", 0)


def strays(*events, allowed=(OURS,), official=OURS, **levels):
    endpoint = Endpoint(host=official, variables=("ACME_BASE_URL",))
    return find_disallowed(Observation(events, END), lab.control(**levels), endpoint, allowed)


def test_what_goes_where_it_may():
    assert strays(dns(OURS), tcp(OURS), http(OURS)) == ()
    assert strays() == ()


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (dns("evil.example"), "DNS evil.example"),
        (dns(OURS, "8.8.8.8"), "DNS at 8.8.8.8"),
        (tcp("evil.example"), "TCP evil.example"),
        (tcp(None), "TCP 198.51.100.7"),
        (http("evil.example"), "HTTP evil.example"),
        (Datagram(0.0, None, "198.51.100.7", 123, b""), "UDP 198.51.100.7"),
        (
            ProxyHop(0, 0.0, "connect", "proxy.example.net:3128", "evil.example:443"),
            "proxied evil.example",
        ),
    ],
)
def test_whatever_goes_elsewhere_is_reported(event, line):
    assert line in strays(dns(OURS), event)


def test_a_configured_endpoint_stands_for_the_official_host():
    moved = {"endpoint": "https://models.example.net"}
    assert strays(dns("models.example.net"), http("models.example.net"), **moved) == ()
    assert strays(http("models.example.net")) == ("HTTP models.example.net",)
    assert strays(http("models.example.net"), allowed=("other.example",), **moved) == (
        f"HTTP {OURS}",
    )
    assert strays(http("models.example.net"), official=None, **moved) == ()


def test_a_configured_proxy_is_a_way():
    level = {"proxy": "http://proxy.example.net:3128"}
    hop = ProxyHop(0, 0.0, "connect", "proxy.example.net:3128", f"{OURS}:443")
    assert strays(dns("proxy.example.net"), tcp("proxy.example.net"), hop, **level) == ()
    assert "TCP proxy.example.net" in strays(tcp("proxy.example.net"))


def test_the_search_domain_is_the_machines_own():
    level = {"network": "search=corp.example.com"}
    assert strays(dns(f"{OURS}.corp.example.com"), **level) == ()
    assert strays(dns("evil.example.corp.example.com"), **level) == ("DNS evil.example",)


def test_stars_stand_for_any_text():
    assert strays(http("eu.acme.example"), allowed=("*.acme.example",)) == ()
    assert strays(http("euacme.example"), allowed=("*.acme.example",))


@pytest.mark.parametrize("host", ["https://a.example", "a.example:443", "a.example/x", ""])
def test_what_is_no_host_is_refused(host):
    with pytest.raises(UsageError, match="no name of a host"):
        parse_allowed_names([host])


def test_events_in_a_few_words():
    events = (dns(OURS), http(OURS), tcp(None), Datagram(0.0, OURS, "198.51.100.7", 9, b""))
    assert list(describe_destinations(Observation(events, END))) == [
        f"DNS {OURS}",
        f"GET https://{OURS}/",
        "TCP 198.51.100.7:443",
        f"UDP {OURS}:9",
    ]
