"""Handshakes that all failed are told with their reason; one that did not is enough."""

from __future__ import annotations

from lab.experiment.trials.handshake_tally import HandshakeTally
from lab.observation.records import (
    ClientHello,
    Connection,
    DnsQuery,
    Exit,
    Observation,
    TlsFailure,
)
from tests.experiment.model import request

END = Exit(0.1, "finished", 0, None, 0.1, b"", b"")
NAME = DnsQuery(0.0, "a.example", "A", "udp", "198.51.100.53")


def hello(number, host):
    return ClientHello(number, 0.0, host, 443, b"", host, (), (), (), (), (), (), ja3="", ja4="")


def failed(number, host="a.example", reason="NO_SHARED_CIPHER"):
    wire = Connection(number, 0.0, host, "203.0.113.7", 443, "tls", b"hello", 5)
    return wire, hello(number, host), TlsFailure(number, 0.0, host, reason)


def tally(*trials):
    found = HandshakeTally()
    for events in trials:
        found.count(Observation(tuple(events), END))
    return found


def test_where_all_failed_the_reason_is_told_by_host():
    unknown = failed(1, "b.example", "TLSV1_ALERT_UNKNOWN_CA")
    found = tally((NAME, *failed(0), *unknown), failed(0))
    assert found.explain() == (
        "all 3 handshakes of the client failed (a.example: no shared cipher; "
        "b.example: the client's alert: unknown ca)"
    )
    assert list(found.list_refused()) == [
        ("a.example", "NO_SHARED_CIPHER"),
        ("b.example", "TLSV1_ALERT_UNKNOWN_CA"),
    ]


def test_content_in_any_trial_is_content():
    plain = Connection(1, 0.0, None, "203.0.113.8", 9, "raw", b"x", 1)
    for other in ((request({}),), (plain,)):
        assert tally(failed(0), other).explain() is None


def test_a_host_with_a_handshake_that_succeeded_is_not_refused():
    assert list(tally(failed(0), (hello(0, "a.example"), request({}))).list_refused()) == []


def test_a_connection_without_bytes_and_a_name_are_no_content():
    empty = Connection(1, 0.0, None, "203.0.113.8", 443, "none", b"", 0)
    assert tally((*failed(0), NAME, empty)).explain() is not None


def test_without_handshakes_nothing_failed():
    assert tally(()).explain() is None
    assert tally((NAME,)).explain() is None


def test_a_client_with_many_hosts_is_bounded():
    many = tally(event for number in range(3000) for event in failed(number, f"h{number}.example"))
    assert len(list(many.list_refused())) <= 1001
    assert "and 9" in (many.explain() or "")
