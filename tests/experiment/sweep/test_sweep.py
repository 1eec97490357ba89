"""Sweeps: the exact partition of all levels, in the context in which the factor shows."""

from __future__ import annotations

import pytest

from lab.errors import UsageError
from lab.experiment.events import AuditFinished, TrialFinished
from lab.experiment.options import AuditOptions
from lab.experiment.scope import build_scope
from lab.factors.registry import get_factor
from tests.experiment.model import CLIENT, Behaviour, events, request, run_audit

ZONES = get_factor("timezone").every()
LEVELS = {get_factor("timezone").control, *get_factor("timezone").levels, *ZONES}


def swept(behaviour: Behaviour, folder, **options: object):
    """The report, and how many trials each phase took."""
    phases: dict[str, int] = {}
    chosen = {"factors": ("timezone", "user"), "sweep": ("timezone",), **options}
    for event in events(behaviour, folder, **chosen):
        if isinstance(event, TrialFinished):
            phases[event.phase] = phases.get(event.phase, 0) + 1
    assert isinstance(event, AuditFinished)
    return event.report, phases


def parts(signal) -> dict[str | None, set[str]]:
    (partition,) = signal.partitions
    return {part.value: set(part.levels) for part in partition.parts}


def test_two_zones_that_are_no_named_levels_are_found_confirmed_and_listed_exactly(tmp_path):
    marked = {"Asia/Urumqi", "America/Nuuk"}

    def behaviour(levels, chance):
        return [request({"cohort": "b" if levels["timezone"] in marked else "a"})]

    report, _ = swept(behaviour, tmp_path)
    (signal,) = report.signals
    assert signal.cause == ("timezone",)
    assert parts(signal) == {"b": marked, "a": LEVELS - marked}
    (explored,) = report.explored
    assert explored.how == "sweep"
    assert set(explored.found) & marked
    assert explored.levels == len(LEVELS)
    assert explored.trials < len(LEVELS) + 30
    assert explored.why_not is None


def test_a_rule_is_named_in_words(tmp_path):
    def behaviour(levels, chance):
        return [request({"text": f"Today{'’' if 'Asia/' in levels['timezone'] else chr(39)}s"})]

    report, _ = swept(behaviour, tmp_path)
    (signal,) = report.signals
    assert signal.covert
    (partition,) = signal.partitions
    assert partition.levels == partition.of == len(LEVELS)
    assert partition.parts[1].rule == "contains “Asia”"
    asian = {level for level in LEVELS if "Asia/" in level}
    assert set(partition.parts[1].levels) == asian
    assert {row.rule for row in signal.table if row.value == "Today’s"} != {None}


def test_an_interaction_is_swept_where_it_has_an_effect(tmp_path):
    def behaviour(levels, chance):
        marked = levels["user"] != "dev" and levels["timezone"].startswith("Europe/")
        return [request({"mode": "strict" if marked else "usual", "id": chance.random()})]

    report, _ = swept(behaviour, tmp_path)
    (signal,) = report.signals
    assert signal.cause == ("timezone", "user")
    (partition,) = signal.partitions
    assert list(partition.context) == ["user"]
    assert parts(signal)["strict"] == {zone for zone in ZONES if zone.startswith("Europe/")}
    assert partition.parts[1].rule == "begins with Europe/"


def test_a_one_off_failure_is_repeated_and_not_accepted(tmp_path):
    asked: list[str] = []

    def behaviour(levels, chance):
        zone = levels["timezone"]
        asked.append(zone)
        wrong = zone == "Europe/Oslo" and asked.count(zone) == 1
        value = "z" if wrong else "b" if zone.startswith("Africa/") else "a"
        return [request({"cohort": value})]

    report, _ = swept(behaviour, tmp_path)
    (signal,) = report.signals
    assert set(parts(signal)) == {"a", "b"}
    assert "Europe/Oslo" in parts(signal)["a"]


def test_a_copy_costs_hardly_more_than_one_trial_a_level(tmp_path):
    def behaviour(levels, chance):
        return [request({"zone": levels["timezone"]})]

    report, phases = swept(behaviour, tmp_path)
    (signal,) = report.signals
    assert len(parts(signal)) == len(LEVELS)
    assert phases["sweep"] < 1.1 * len(LEVELS)


def test_a_limit_is_said(tmp_path):
    def behaviour(levels, chance):
        return [request({"zone": levels["timezone"]})]

    report, _ = swept(behaviour, tmp_path, max_trials=150)
    (explored,) = report.explored
    assert explored.levels < len(LEVELS)
    assert "a limit left" in (explored.why_not or "")
    assert report.trials <= 150


def test_where_nothing_depends_on_it_nothing_is_found(tmp_path):
    def behaviour(levels, chance):
        return [request({"n": chance.randrange(5), "user": levels["user"]})]

    report, _ = swept(behaviour, tmp_path)
    assert {signal.cause for signal in report.signals} == {("user",)}
    assert report.signals[0].partitions == ()
    (explored,) = report.explored
    assert explored.contexts == ({},)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"sweep": ("hostname",)}, "cannot be swept"),
        ({"sweep": ("timezone",), "factors": ("user",)}, "add timezone to --factors"),
        ({"search": ("nothing",)}, "there is no factor"),
        ({"search": ("user",), "search_trials": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_asked_is_said(options, words):
    with pytest.raises(UsageError, match=words):
        build_scope(CLIENT, AuditOptions(**options))


def test_a_copy_of_the_zone_hides_no_zones_that_do_more(tmp_path):
    def marks(levels, chance):
        marked = levels["timezone"] in {"Asia/Urumqi", "America/Nuuk"}
        return [request({"zone": levels["timezone"], "mark": "x" if marked else "y"})]

    report = run_audit(marks, tmp_path, factors=("timezone", "user"), sweep=("timezone",))
    assert {location.pointer for signal in report.signals for location in signal.fields} == {
        "/zone",
        "/mark",
    }
