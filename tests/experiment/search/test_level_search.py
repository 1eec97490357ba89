"""Searches: a trigger that nobody named is found, made simple, and confirmed like any level."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from lab.clients.mining.hosts import HostWords
from lab.experiment.events import AuditFinished, TrialFinished
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


def located_causes(report) -> set[tuple[tuple[str, ...], str | None]]:
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
    assert located_causes(report) == {(("endpoint",), "/tier")}
    (explored,) = report.explored
    assert explored.found == ("https://relay.example.net",)
    assert explored.how == "search"
    assert explored.trials <= 100
    assert explored.levels > 30
    assert set(explored.found) <= set(report.factors[0].levels)


def test_an_ending_is_found_with_few_trials(tmp_path):
    report, _ = searched(sends(lambda host, _: host.endswith(".ke")), tmp_path, search_trials=40)
    assert located_causes(report) == {(("endpoint",), "/tier")}
    (explored,) = report.explored
    assert all(host_of({"endpoint": level}).endswith(".ke") for level in explored.found)
    assert explored.trials <= 40


def test_a_word_of_the_user_is_tried(tmp_path):
    report, _ = searched(
        sends(lambda host, _: "corp" in host), tmp_path, words=("corp.internal.dev",)
    )
    assert located_causes(report) == {(("endpoint",), "/tier")}


def test_an_effect_only_where_another_factor_is_varied(tmp_path):
    def value(host, levels):
        return "b" if "relay" in host and levels["user"] != "dev" else "a"

    report, _ = searched(sends(value), tmp_path)
    assert located_causes(report) == {(("endpoint", "user"), "/tier")}
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
