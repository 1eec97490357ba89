"""The twin's clock has the date that freezegun has: two ways to the same instant.

freezegun stands still and knows no zones with summer time, so it is no clock for a client
(:mod:`lab.sandbox.twin.process.simulated_clock`); at one instant in UTC it is a witness that was
not made here.
"""

from __future__ import annotations

import calendar
import datetime
import time

import pytest
from freezegun import freeze_time

from lab.environment import Environment
from lab.factors.clock import FACTOR
from lab.sandbox.twin import Twin


@pytest.fixture(scope="module")
def result_of(tmp_path_factory):
    """What the client got last, and the twin that gives it."""
    seen: list[tuple[object, ...]] = []

    def client() -> None:
        seen.append(dates())

    with Twin(client, home=tmp_path_factory.mktemp("home")) as twin:
        yield (
            lambda level: (
                twin.observe(Environment.of({"clock": level, "timezone": "UTC"})) and seen[-1]
            )
        )


def dates() -> tuple[object, ...]:
    """The date by every function of the standard library that a client may take."""
    return (
        datetime.date.today().isoformat(),
        datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M"),
        datetime.datetime.now().strftime("%A %j %U"),
        time.strftime("%d/%m/%y", time.gmtime()),
        time.gmtime().tm_wday,
        time.localtime().tm_yday,
        calendar.day_name[time.localtime().tm_wday],
        int(time.time()) // 60,
    )


@pytest.mark.parametrize("level", [FACTOR.control, *FACTOR.levels])
def test_the_date_is_that_of_an_independent_clock(result_of, level):
    with freeze_time(level):
        expected = dates()
    assert result_of(level) == expected
