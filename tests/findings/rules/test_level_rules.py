"""Rules in words: only where they hold, and never more than what was tried."""

import random
import zoneinfo
from datetime import datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.factors.registry import factors
from lab.findings.report import LevelGroup, Partition, TableRow
from lab.findings.rules.level_rules import add_rules, describe_levels
from tests.reports.examples import COVERT

ZONES = factors()["timezone"].every()
HOSTS = factors()["endpoint"].every()
NAMED = ("unset", "official", *factors()["endpoint"].levels)


def those(levels, holds):
    return [level for level in levels if holds(level)]


def found(levels, holds):
    return describe_levels(those(levels, holds), levels)


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        (lambda level: level.endswith(".cn"), "host ends with .cn"),
        (lambda level: level.endswith((".de", ".jp")), "host ends with .de or .jp"),
        (lambda level: "openai" in level, None),  # a single level has nothing to share
        (
            lambda level: ".ai21." in level or level.endswith(".ai"),
            "host ends with .ai or .ai21.com",
        ),
        (lambda level: level[-3] == ".", "host ends in a two-letter domain"),
        (lambda level: "deep" in level, "host contains “deep”"),
    ],
)
def test_hosts(holds, words):
    assert found(HOSTS, holds) == words


@pytest.mark.parametrize(
    ("holds", "words"),
    [
        (lambda level: level.startswith("Asia/"), "begins with Asia/"),
        (lambda level: level.startswith(("Asia/", "Europe/")), "begins with Asia/ or Europe/"),
        (lambda level: "Indiana" in level, "contains “Indiana”"),
        (lambda level: level in ("Asia/Kolkata", "America/Sao_Paulo"), None),
    ],
)
def test_zones(holds, words):
    assert found(ZONES, holds) == words


def test_the_named_levels_of_an_endpoint():
    assert found(NAMED, lambda level: "://" in level) == "is a URL"
    assert found(NAMED, lambda level: "models.example" in level and level != NAMED[-1]) is not None
    one = ("https://models.example.net", "https://models.example.net/gateway")
    rest = [level for level in NAMED if "net" not in level]
    assert describe_levels(one, [*one, *rest]) == "host is models.example.net"
    schemes = [*NAMED, "http://10.0.0.1"]
    assert found(schemes, lambda level: level.startswith("http:")) == "scheme is http"


def test_numbers_within_levels():
    users = ("dev", *factors()["user"].levels)
    group = those(users, lambda level: level.split(":")[2:3] in (["1000"], ["184720431"]))
    assert describe_levels(group, users) == "uid is at least 1000"
    terminals = [f"tty:{width}x24:xterm:TERM_PROGRAM=x" for width in (40, 80, 120, 240)]
    assert describe_levels(terminals[2:], ["pipe", *terminals]) == "width is at least 120"
    states = ["fresh", "returning:1", "returning:2", "returning:3", "returning:9"]
    assert describe_levels(states[1:4], states) == "number is at most 3"


def test_zones_that_share_an_offset():
    noon = datetime(2026, 9, 16, 12)

    def offset(zone):
        return zoneinfo.ZoneInfo(zone).utcoffset(noon)

    half = timedelta(hours=5, minutes=30)
    assert found(ZONES, lambda zone: offset(zone) == half) == "UTC offset is +05:30"
    tomorrow = found(ZONES, lambda zone: (noon + offset(zone)).day == 17)
    assert tomorrow == "UTC offset is +12:00, +12:45, +13:00 or +14:00"


def test_of_equal_parts_the_one_that_divides_a_path():
    named = ("UTC", *factors()["timezone"].levels)
    marked = those(named, lambda level: level.endswith(("Kolkata", "Sao_Paulo")))
    tried = (*ZONES, *named)
    assert describe_levels(marked, tried) == "ends with /Kolkata or /Sao_Paulo"


def test_numbers_and_days():
    uids = [str(number) for number in (0, 33, 500, 998, 1000, 1001, 1002, 65534)]
    assert describe_levels(["1000", "1001", "1002", "65534"], uids) == "is at least 1000"
    assert describe_levels(["0", "33", "500", "998", "1000"], uids) == "is at most 1000"
    assert describe_levels(["500", "998", "1000", "1001"], uids) == "is 500 to 1001"
    assert describe_levels(["33", "1000", "1001", "65534"], uids) is None
    days = [f"2026-09-{day:02}T12:00:00Z" for day in range(1, 29)]
    weekend = [f"2026-09-{day:02}T12:00:00Z" for day in (5, 6, 12, 13, 19, 20, 26, 27)]
    assert describe_levels(weekend, days) == "day is Saturday or Sunday"


def test_two_levels_with_a_suffix_each_are_no_rule_where_few_were_tried():
    tried = [f"https://models.example.{domain}" for domain in ("de", "br", "cn", "net", "fr")]
    assert describe_levels(tried[:2], tried) is None


WORDS = st.lists(st.text("ab/.", min_size=1, max_size=6), min_size=2, max_size=12, unique=True)


@given(WORDS, st.randoms(use_true_random=False), st.integers(1, 11))
def test_the_order_of_levels_does_not_matter_and_a_rule_is_short(levels, chance, size):
    group = levels[: min(size, len(levels) - 1)]
    words = describe_levels(group, levels)
    mixed = random.Random(chance.random()).sample(levels, len(levels))
    assert describe_levels(list(reversed(group)), mixed) == words
    assert words is None or len(words) < len(", ".join(group)) + 2 * len(group)


@given(st.sets(st.sampled_from(ZONES[:80]), min_size=2, max_size=30))
def test_a_rule_of_beginnings_holds_for_the_group_alone(group):
    words = describe_levels(sorted(group), ZONES[:80])
    if words is not None and words.startswith("begins with "):
        begins = tuple(words.removeprefix("begins with ").replace(" or ", ", ").split(", "))
        assert {level for level in ZONES[:80] if level.startswith(begins)} == group


def test_tables_and_sweeps_get_their_rules():
    zones = ("UTC", "Asia/Tokyo", "Asia/Seoul", "Europe/Rome")
    rows = tuple(
        TableRow({"timezone": zone}, "b" if zone.startswith("Asia") else "a", 1) for zone in zones
    )
    parts = (LevelGroup("a", ("UTC", "Europe/Rome")), LevelGroup("b", ("Asia/Seoul", "Asia/Tokyo")))
    sweep = Partition("timezone", {}, parts, levels=4, of=4, trials=3)
    signal = add_rules(
        msgspec.structs.replace(COVERT, cause=("timezone",), table=rows, partitions=(sweep,))
    )
    assert [row.rule for row in signal.table] == [None, *["begins with Asia/"] * 2, None]
    assert [part.rule for part in signal.partitions[0].parts] == [None, "begins with Asia/"]
    two = add_rules(msgspec.structs.replace(COVERT, cause=("timezone", "user"), table=rows))
    assert {row.rule for row in two.table} == {None}
