"""Searches: a trigger that nobody named is found, made simple, and confirmed like any level."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from lab.clients.mining.hosts import HostWords
from lab.experiment.events import AuditFinished, TrialFinished
from lab.experiment.search.level_variants import build_levels_from_words, simplify_level
from lab.experiment.search.novelty import collect_known
from lab.factors.registry import get_factor
from lab.observation.location import Location
from tests.experiment.model import HOST, Behaviour, events, request

FILES = HostWords(
    hosts=("gateway.rival.ai", "api.other.se"),
    endings=(".se", ".co.ke"),
    keywords=("relay", "sandbox"),
)


@pytest.fixture(autouse=True)
def words(monkeypatch):
    """The client's files hold a few words."""
    monkeypatch.setattr("lab.experiment.scope.words_in_files", lambda client: FILES)


def searched(behaviour: Behaviour, folder, **options: object):
    """The report, and how many trials each phase took."""
    phases: dict[str, int] = {}
    chosen = {"factors": ("endpoint", "user"), "search": ("endpoint",), **options}
    for event in events(behaviour, folder, **chosen):
        if isinstance(event, TrialFinished):
            phases[event.phase] = phases.get(event.phase, 0) + 1
    assert isinstance(event, AuditFinished)
    return event.report, phases


def host_of(levels) -> str:
    return urlsplit(levels["endpoint"]).hostname or HOST


def told(report) -> set[tuple[tuple[str, ...], str | None]]:
    return {(s.cause, s.location.pointer) for s in report.signals if s.kind != "route"}


def sends(value) -> Behaviour:
    """A client that sends a value that follows from its endpoint's host, and some noise."""

    def behaviour(levels, chance):
        body = {"tier": value(host_of(levels), levels), "id": f"{chance.getrandbits(64):x}"}
        return [request(body, host=host_of(levels))]

    return behaviour


@pytest.mark.parametrize("seed", [0, 1])
def test_a_word_within_a_host_is_found_made_simple_and_confirmed(tmp_path, seed):
    report, _ = searched(
        sends(lambda host, _: "relayed" if "relay" in host else "usual"), tmp_path, seed=seed
    )
    assert told(report) == {(("endpoint",), "/tier")}
    (explored,) = report.explored
    assert explored.found == ("https://relay.example.net",)
    assert explored.how == "search"
    assert explored.trials <= 100
    assert explored.levels > 30
    assert set(explored.found) <= set(report.factors[0].levels)


def test_an_ending_is_found_with_few_trials(tmp_path):
    report, _ = searched(sends(lambda host, _: host.endswith(".ke")), tmp_path, search_trials=40)
    assert told(report) == {(("endpoint",), "/tier")}
    (explored,) = report.explored
    assert all(host_of({"endpoint": level}).endswith(".ke") for level in explored.found)
    assert explored.trials <= 40


def test_a_word_of_the_user_is_tried(tmp_path):
    report, _ = searched(
        sends(lambda host, _: "corp" in host), tmp_path, words=("corp.internal.dev",)
    )
    assert told(report) == {(("endpoint",), "/tier")}


def test_what_shows_only_where_another_factor_is_varied(tmp_path):
    def value(host, levels):
        return "b" if "relay" in host and levels["user"] != "dev" else "a"

    report, _ = searched(sends(value), tmp_path)
    assert told(report) == {(("endpoint", "user"), "/tier")}
    (explored,) = report.explored
    assert len(explored.contexts) == 2


def test_copies_and_noise_are_nothing_new(tmp_path):
    def behaviour(levels, chance):
        body = {
            "base": levels["endpoint"],
            "n": chance.randrange(100),
            "hash": hash(host_of(levels)),
        }
        return [request(body, host=host_of(levels))]

    report, _ = searched(behaviour, tmp_path)
    (explored,) = report.explored
    assert explored.found == ()
    assert ("endpoint",) in {signal.cause for signal in report.signals}


def test_a_search_is_the_same_again(tmp_path):
    behaviour = sends(lambda host, _: "relay" in host)
    first, _ = searched(behaviour, tmp_path / "a")
    second, _ = searched(behaviour, tmp_path / "b")
    assert first.explored == second.explored


def test_levels_are_made_of_words():
    endpoint, user = get_factor("endpoint"), get_factor("user")
    assert build_levels_from_words(endpoint, ["relay", ".cn", "api.other.se"]) == (
        "https://relay.example.net",
        "https://models.example.cn",
        "https://api.other.se",
        "https://api.other.se.example.net",
    )
    assert build_levels_from_words(user, ["relay"]) == ("relay",)


def test_simpler_levels_leave_parts_out():
    level = "http://llm.relay.co.ke:8080/gateway"
    found = simplify_level(get_factor("endpoint"), level)
    assert "https://models.example.ke" in found
    assert "https://relay.example.net" in found
    assert "https://models.example.net/gateway" in found
    assert level not in found


PLACE = Location("http", "host", "POST", "/", "body", "/text")


def test_what_is_new_is_seen_through_the_finest_glass_that_levels_share():
    def needles(level):
        return (level,)

    known = [
        (level, {PLACE: (f"Today's level is {level}, number {n}",)})
        for n, level in enumerate(["alpha", "beta", "gamma", "delta", "epsilon"])
    ]
    sight = collect_known(known, needles, routes=False)
    assert sight.new("omega", {PLACE: ("Today's level is omega, number 9",)}) == frozenset()
    assert sight.new("omega", {PLACE: ("Today’s level is omega, number 9",)})
    assert sight.new("omega", {})


def test_a_level_that_names_the_host_that_others_stand_for_is_nothing_new():
    known = [(level, {PLACE: ("same",)}) for level in ("alpha", "beta")]
    seen = collect_known(known, lambda level: (level,), routes=True)
    assert seen.new("host", {PLACE: ("same",)}) == frozenset()


def test_what_was_seen_elsewhere_is_known():
    first = collect_known(
        [("a", {PLACE: ("one",)}), ("b", {PLACE: ("two",)})], lambda _: (), routes=False
    )
    second = collect_known([("a", {PLACE: ("one",)})], lambda _: (), routes=False, elsewhere=first)
    assert second.new("c", {PLACE: ("two",)}) == frozenset()
    assert second.new("c", {PLACE: ("three",)})
