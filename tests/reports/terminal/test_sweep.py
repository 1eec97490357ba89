"""What sweeps and searches found, as a person reads it."""

import re

import msgspec

from lab.findings.report import ExplorationSummary, LevelGroup, Partition
from lab.reports.terminal.sweep import summarise_explorations
from tests.reports.examples import COPIED, FULL
from tests.reports.terminal.test_audit import print_report

ASIAN = tuple(f"Asia/City{number}" for number in range(80))
OTHERS = tuple(f"Europe/City{number}" for number in range(300))
SWEPT = Partition(
    "timezone",
    {"endpoint": "https://llm.example.net"},
    (
        LevelGroup("usual", OTHERS),
        LevelGroup("marked", ASIAN, "begins with Asia/"),
        LevelGroup(None, ("UTC", "Etc/UTC")),
    ),
    levels=382,
    of=382,
    trials=390,
    uncertain=("Etc/UTC",),
)


def shown(partition: Partition, **options) -> str:
    signal = msgspec.structs.replace(COPIED, partitions=(partition,))
    return print_report(msgspec.structs.replace(FULL, signals=(signal,)), **options)


def test_the_partition_is_reported_in_rules_and_numbers():
    text = shown(SWEPT)
    assert "swept over all 382 levels of timezone in 390 trials, with" in text
    assert re.search(r"marked  80 levels\n +begins with Asia/\n", text)
    assert "Europe/City0, Europe/City1" in text
    assert "UTC, Etc/UTC" in text or "UTC and Etc/UTC" in text
    assert "trials differ for: Etc/UTC" in text
    assert "Asia/City79" not in text


def test_in_full_every_level_is_named():
    text = shown(SWEPT, full=True)
    assert all(level in text for level in (*ASIAN, *OTHERS))


def test_a_copy_is_one_line():
    parts = tuple(LevelGroup(zone, (zone,)) for zone in OTHERS)
    text = shown(msgspec.structs.replace(SWEPT, parts=parts, levels=300, uncertain=()))
    assert "swept over 300 of 382 levels" in text
    assert "each level sends a text of its own" in text


def test_what_it_cost_is_said():
    search = ExplorationSummary(
        "search", "endpoint", 70, 100, ({}, {"user": "x"}), ("https://a.cn",)
    )
    sweep = ExplorationSummary("sweep", "timezone", 597, 601, ({},), why_not="a limit left 2 out")
    assert dict(summarise_explorations([search, sweep])) == {
        "search": "endpoint: 70 levels in 2 contexts, for 100 trials; found https://a.cn",
        "sweep": "timezone: 597 levels, for 601 trials; found no new level (a limit left 2 out)",
    }
    report = msgspec.structs.replace(FULL, explored=(search, sweep), bits_total=3.25)
    text = print_report(report)
    assert "70 levels in 2 contexts" in text
    assert "3.2 bits in all" in text
    bound = print_report(msgspec.structs.replace(report, bits_exact=False))
    assert "at most 3.2 bits" in bound
