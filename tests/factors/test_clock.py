"""Instants: one spelling, noon by default, dates that agree around the globe."""

from __future__ import annotations

from datetime import timedelta

import pytest

from lab.factors.clock import FACTOR, parse_instant
from lab.factors.host_spec import BARE


def test_the_clock_is_set_to_unix_time():
    assert FACTOR.realise("2038-01-20T12:00:00Z", BARE).clock == 2_147_601_600.0
    assert FACTOR.realise(FACTOR.parse("2026-09-16T08:30:01Z"), BARE).clock == 1_789_547_401.0


def test_a_date_means_noon():
    assert FACTOR.parse("2026-05-01") == "2026-05-01T12:00:00Z"


@pytest.mark.parametrize("level", [FACTOR.control, *FACTOR.levels])
def test_the_date_agrees_in_all_zones_from_minus_to_plus_eleven(level: str):
    moment = parse_instant(level)
    assert len({(moment + timedelta(hours=hours)).date() for hours in range(-11, 12)}) == 1


def test_the_kinds_of_day():
    assert parse_instant(FACTOR.control).strftime("%a") == "Wed"
    days = {parse_instant(level).strftime("%a %m-%d") for level in FACTOR.levels}
    assert {"Sat 09-19", "Wed 09-30", "Thu 12-31", "Tue 02-29"} <= days


@pytest.mark.parametrize(
    "level", ["", "now", "2026", "2026-02-30", "1999-12-31", "2100-01-01", "2026-01-01T00:00:00"]
)
def test_what_is_no_instant_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_may_hold_the_date_as_people_write_it():
    found = FACTOR.needles("2026-09-05T12:00:00Z")
    assert found[0] == "2026-09-05"
    assert {"September 5, 2026", "5 September 2026", "9/5/2026", "Sat Sep 05 2026"} <= set(found)
