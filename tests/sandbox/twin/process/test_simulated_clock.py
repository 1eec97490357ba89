"""The clock starts at the level's instant, and all ways of asking agree."""

from __future__ import annotations

import datetime
import threading
import time
from time import time as now

import pytest

from lab.sandbox.jail.files.facts import UPTIME_S
from lab.sandbox.twin.process import simulated_clock

NOON = 1_789_560_000  # 2026-09-16T12:00:00Z
HOUR = 3600
"""Far more than a test takes on any machine, far less than an error in the clock."""
CLOCK = {"clock": "2026-09-16T12:00:00Z"}


def test_all_say_the_same(observe):
    def ask():
        day = datetime.date(1970, 1, 1)
        stamp = datetime.datetime.now(datetime.UTC)
        return [
            time.time(),
            now(),
            time.time_ns() / 1e9,
            time.clock_gettime(time.CLOCK_REALTIME),
            time.clock_gettime_ns(time.CLOCK_REALTIME) / 1e9,
            time.mktime(time.localtime()),
            time.mktime(time.strptime(time.ctime())),
            time.mktime(time.strptime(time.asctime())),
            float(time.strftime("%s")),
            datetime.datetime.now().timestamp(),
            datetime.datetime.today().timestamp(),
            stamp.timestamp(),
            (datetime.date.today() - day).total_seconds() + 43200,
            datetime.datetime.utcnow().replace(tzinfo=datetime.UTC).timestamp(),
        ]

    found = observe.result_of(ask, CLOCK)
    assert all(NOON - 1 <= each < NOON + HOUR for each in found), found


def test_uptime_begins_at_that_of_the_machine(observe):
    def ask():
        return [
            time.monotonic(),
            time.perf_counter(),
            time.monotonic_ns() / 1e9,
            time.clock_gettime(time.CLOCK_BOOTTIME),
        ]

    up = observe.result_of(ask, CLOCK)
    assert all(UPTIME_S <= each < UPTIME_S + HOUR for each in up)


def test_wall_clock_and_uptime_advance_as_the_hosts_clocks_do(monkeypatch):
    host_ns = [10**18, 10**9]
    monkeypatch.setattr(simulated_clock, "_time", lambda: host_ns[0] / 1e9)
    monkeypatch.setattr(simulated_clock, "_time_ns", lambda: host_ns[0])
    monkeypatch.setattr(simulated_clock, "_monotonic_ns", lambda: host_ns[1])
    clock = simulated_clock.SimulatedClock()
    clock.begin(NOON, threading.Event())
    assert (clock.now(), clock.now_ns()) == (NOON, NOON * 10**9)
    host_ns[:] = [each + 25 * 10**8 for each in host_ns]
    assert (clock.now(), clock.now_ns()) == (NOON + 2.5, NOON * 10**9 + 25 * 10**8)


def test_without_a_level_it_is_the_hosts(observe):
    assert abs(observe.result_of(time.time) - time.time()) < HOUR


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("Asia/Kolkata", ["IST", 19800, "2026-09-16 17:30"]),
        ("Europe/Berlin", ["CEST", 7200, "2026-09-16 14:00"]),
        ("TZ=Asia/Tokyo", ["JST", 32400, "2026-09-16 21:00"]),
        ("localtime=America/Sao_Paulo", ["-03", -10800, "2026-09-16 09:00"]),
        ("localtime=none", ["UTC", 0, "2026-09-16 12:00"]),
    ],
)
def test_local_time_is_the_zones(observe, zone, shown):
    def local():
        fields = time.localtime()
        return fields.tm_zone, fields.tm_gmtoff, datetime.datetime.now().isoformat(" ", "minutes")

    assert observe.result_of(local, {**CLOCK, "timezone": zone}) == shown


def test_a_client_that_unsets_its_zone_gets_the_machines(observe):
    def change():
        import os

        names = []
        for zone in ("Asia/Tokyo", None):
            os.environ.pop("TZ", None) if zone is None else os.environ.update(TZ=zone)
            time.tzset()
            names.append(time.tzname[0])
        return names

    assert observe.result_of(change, {"timezone": "localtime=Europe/Moscow"}) == ["JST", "MSK"]


class TestDatetime:
    def test_instances_are_real_ones(self, observe):
        real = datetime.datetime
        kept = []

        def make():
            made = datetime.datetime.now()
            kept.append(made)
            kept.append(datetime.datetime(2020, 1, 2))
            kept.append(datetime.datetime.strptime("2020", "%Y"))
            assert isinstance(made, datetime.datetime)
            assert isinstance(made, datetime.date)
            assert issubclass(datetime.datetime, datetime.date)
            assert not isinstance(datetime.date.today(), datetime.datetime)
            return repr(made)

        assert observe.result_of(make, CLOCK).startswith("datetime.datetime(2026, 9, 16, 12, ")
        assert {type(each) for each in kept} == {real}

    def test_a_subclass_has_instances_of_its_own(self, observe):
        def make():
            class Stamp(datetime.datetime):
                pass

            made = Stamp.now()
            assert isinstance(made, Stamp)
            assert isinstance(made, datetime.datetime)
            return type(made).__name__, made.year

        assert observe.result_of(make, CLOCK) == ["Stamp", 2026]
