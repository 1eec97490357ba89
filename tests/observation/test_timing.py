import pytest

from lab.observation.features import HostRoles
from lab.observation.location import Location
from lab.observation.parts import MessagePart
from lab.observation.records import DnsQuery, Observation
from lab.observation.timing import measure_timings
from tests.observation.test_features import END, request


def measure(*events):
    return measure_timings(Observation(events, END), HostRoles())


def test_each_request_has_the_seconds_since_the_one_before():
    found = measure(
        request(target="/a", at=0.5), request(target="/b", at=0.75), request(target="/b", at=1.75)
    )
    location = Location("http", "api.example.com", "POST", "/b", MessagePart.TIMING)
    assert found == {location: (pytest.approx(0.25), pytest.approx(1.0))}


def test_other_events_are_no_requests():
    query = DnsQuery(0.4, "a.example", "A", "udp", "9.9.9.9")
    found = measure(request(at=0.0), query, request(at=1.0))
    assert list(found.values()) == [(1.0,)]
    assert measure(query) == {}
