"""The three places in which a machine says its zone, changed together and separately."""

from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE
from lab.factors.timezone import FACTOR, load_zones


@pytest.mark.parametrize(
    ("level", "variable", "file"),
    [
        ("UTC", None, "UTC"),
        ("Asia/Tokyo", "Asia/Tokyo", "Asia/Tokyo"),
        ("TZ=Asia/Tokyo", "Asia/Tokyo", "UTC"),
        ("TZ=UTC", "UTC", "UTC"),
        ("TZ=EST5EDT,M3.2.0,M11.1.0", "EST5EDT,M3.2.0,M11.1.0", "UTC"),
        ("TZ=<+0330>-3:30", "<+0330>-3:30", "UTC"),
        ("localtime=Asia/Tokyo", None, "Asia/Tokyo"),
        ("localtime=none", None, None),
    ],
)
def test_a_level_in_the_variable_and_the_files(level: str, variable: str | None, file: str | None):
    made = FACTOR.realise(FACTOR.parse(level), BARE.with_variables(TZ="America/Lima"))
    assert made.variables.get("TZ") == variable
    assert (made.localtime, made.timezone_file) == (file, file)


def test_synonyms_of_the_control():
    assert FACTOR.parse("unset") == FACTOR.parse("localtime=UTC") == "UTC"


@pytest.mark.parametrize(
    "level",
    ["", "TZ=", "localtime=", "asia/tokyo", "Asia/Tokio", "TZ=none", "localtime=EST5", "tz=UTC",
     "TZ=A5", "TZ=EST5EDT,M3.2.0", "../etc/passwd", "localtime=../../etc/passwd", "posixrules"],
)  # fmt: skip
def test_what_is_no_zone_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_every_zone_is_a_level():
    assert len(load_zones()) > 400
    assert all(FACTOR.parse(zone) == zone for zone in load_zones())


def test_every_inhabited_part_of_the_database_is_named():
    areas = {level.partition("/")[0] for level in FACTOR.levels if "=" not in level}
    assert areas == {"Africa", "America", "Asia", "Australia", "Europe"}


def test_a_copy_may_hold_the_zone_or_its_city():
    assert FACTOR.needles("TZ=America/New_York") == ("America/New_York", "New York")
    assert FACTOR.needles("UTC") == ("UTC",)
