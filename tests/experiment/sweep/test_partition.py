"""The partition of a factor's levels by what they send, for one signal."""

from __future__ import annotations

import msgspec

from lab.experiment.sweep.partition import (
    SweptFactor,
    add_partition,
    collect_values_by_level,
    concerns,
    find_context,
    split_pair,
    summarise_sweep,
)
from lab.experiment.trials.contrasts import Setting
from lab.findings.report import TableRow
from tests.experiment.tabulate.build import BODY, CONTROL, Study
from tests.reports.examples import COPIED

GITHUB = {"ci": "github"}


def signal(kind="derived", context=None, covert=False):
    pair = msgspec.structs.replace(
        COPIED.pair,
        factor="timezone",
        left_level="UTC",
        right_level="Asia/Tokyo",
        context=context or {},
    )
    return msgspec.structs.replace(
        COPIED,
        cause=("ci", "timezone") if context else ("timezone",),
        kind=kind,
        covert=covert,
        location=BODY,
        fields=(BODY,),
        pair=pair,
        table=(
            TableRow({**(context or {}), "timezone": "UTC"}, "a", 4),
            TableRow({**(context or {}), "timezone": "Asia/Tokyo"}, "b", 4),
        ),
    )


def study(*trials):
    """Trials with a time zone, a value, and maybe other levels."""
    return Study(
        ({}, {BODY: ("a",)}),
        *(({**others, "timezone": zone}, {BODY: (value,)}) for zone, value, others in trials),
    )


ZONES = study(
    ("Asia/Tokyo", "b", {}),
    ("Asia/Seoul", "b", {}),
    ("Europe/Paris", "a", {}),
    ("Asia/Tokyo", "c", GITHUB),
)
MANY = study(
    *((f"Asia/Zone{number // 2}", "b", {}) for number in range(60)),
    ("Europe/Paris", "a", {}),
    ("Europe/Paris", "b", {}),
)
"""So many replicates that one deviating value among them is tolerated."""


def collect(one, context=frozenset(), trials=ZONES):
    return collect_values_by_level(one, "timezone", context, trials.rows, CONTROL)


def test_a_sweep_applies_to_signals_of_its_factor_that_are_no_routes():
    assert concerns(signal(), "timezone")
    assert not concerns(signal(), "ci")
    assert not concerns(signal("route"), "timezone")


def test_the_context_has_the_other_levels_of_the_pair():
    assert find_context(signal(context=GITHUB), "timezone") == {Setting("ci", "github")}
    assert find_context(signal(), "timezone") == frozenset()


def test_the_sides_of_a_pair_are_changes_against_the_control():
    left, right = split_pair(signal(context=GITHUB), CONTROL)
    assert left == {Setting("ci", "github")}
    assert right == {Setting("ci", "github"), Setting("timezone", "Asia/Tokyo")}


def test_values_are_collected_by_level_in_the_context_alone():
    assert collect(signal()) == {
        "Asia/Seoul": ["b"],
        "Asia/Tokyo": ["b"],
        "Europe/Paris": ["a"],
        "UTC": ["a"],
    }


def test_nothing_is_collected_where_nothing_varies_or_in_another_way():
    assert collect(signal(), trials=study(("Asia/Tokyo", "a", {}))) == {}
    assert collect(signal(covert=True)) == {}


def test_broken_trials_do_not_count():
    trials = study(("Asia/Tokyo", "b", {}), ("Asia/Seoul", "c", {}))
    trials.rows[2] = msgspec.structs.replace(trials.rows[2], broken=True)
    assert collect(signal(), trials=trials) == {"UTC": ["a"], "Asia/Tokyo": ["b"]}


SWEPT = SweptFactor("timezone", (frozenset(),), 0, 4, 5)


def test_levels_whose_trials_disagree_are_uncertain():
    (found,) = add_partition(signal(), SWEPT, MANY.rows, CONTROL).partitions
    assert found.uncertain == ("Europe/Paris",)
    assert (found.levels, found.trials) == (32, 63)


def test_the_partition_has_the_largest_part_first():
    trials = study(("Asia/Tokyo", "b", {}), ("Asia/Seoul", "b", {}))
    (found,) = add_partition(signal(), SWEPT, trials.rows, CONTROL).partitions
    assert [part.value for part in found.parts] == ["b", "a"]


def test_the_partition_has_all_levels_by_value():
    (found,) = add_partition(signal(), SWEPT, ZONES.rows, CONTROL).partitions
    assert {part.value: part.levels for part in found.parts} == {
        "b": ("Asia/Seoul", "Asia/Tokyo"),
        "a": ("Europe/Paris", "UTC"),
    }
    assert (found.levels, found.of, found.trials) == (4, 5, 4)
    assert found.uncertain == ()


def test_a_second_sweep_of_a_factor_replaces_the_first():
    once = add_partition(signal(), SWEPT, ZONES.rows, CONTROL)
    assert add_partition(once, SWEPT, ZONES.rows, CONTROL).partitions == once.partitions


def test_signals_that_a_sweep_does_not_apply_to_stay_as_they_are():
    for one in (signal("route"), signal(context=GITHUB)):
        assert add_partition(one, SWEPT, ZONES.rows, CONTROL) == one


def test_the_summary_says_what_a_limit_left_out():
    found = summarise_sweep(SWEPT, ("Asia/Seoul",), 7)
    assert (found.how, found.factor, found.levels, found.trials) == ("sweep", "timezone", 4, 7)
    assert found.why_not == "a limit left 1 of 5 levels out"
    whole = SweptFactor("timezone", (frozenset({Setting("ci", "github")}),), 2, 5, 5)
    found = summarise_sweep(whole, (), 5)
    assert found.contexts == (GITHUB,)
    assert found.why_not == "2 more contexts in which it has an effect were not swept"
    complete = msgspec.structs.replace(whole, skipped_contexts=0)
    assert summarise_sweep(complete, (), 5).why_not is None
