"""The whole reasoning on models of clients: the right causes, whatever the seed, and no other."""

from __future__ import annotations

import base64
import hashlib
import random
import uuid

import pytest

from lab.observation.records import Request
from tests.experiment.model import Behaviour, Levels, causes, only, request, run_audit

SEEDS = (0, 1, 2)
CUSTOM = {"unset", "official"}


def noisy(chance: random.Random) -> dict[str, object]:
    """What ordinary clients send anyway."""
    return {
        "id": str(uuid.UUID(int=chance.getrandbits(128))),
        "elapsed": chance.random() * 100,
        "when": f"2026-09-16T12:00:{chance.randrange(60):02d}.{chance.randrange(1000):03d}Z",
        "counter": chance.randrange(3),
        "tags": chance.sample(["a", "b", "c", "d"], chance.randrange(1, 5)),
    }


def says(text: str, chance: random.Random) -> list[Request]:
    """A prompt with a text in it, beside noise."""
    lines = f"You are a helpful agent.\nSession {chance.getrandbits(64):016x}\n{text}\nBe brief.\n"
    return [request({"system": lines, "metadata": noisy(chance)})]


def custom(levels: Levels) -> bool:
    return levels["endpoint"] not in CUSTOM


def copies_zone(levels: Levels, chance: random.Random) -> list[Request]:
    return says(f"Zone: {levels['timezone']}", chance)


def hashes_host(levels: Levels, chance: random.Random) -> list[Request]:
    digest = hashlib.sha256(levels["hostname"].encode()).hexdigest()[:16]
    return [request({"machine": digest, **noisy(chance)})]


def marks_when_both(levels: Levels, chance: random.Random) -> list[Request]:
    mark = "’" if custom(levels) and levels["timezone"] == "Asia/Kolkata" else "'"
    return says(f"Today{mark}s date is 2026-09-16.", chance)


def marks_in_layers(levels: Levels, chance: random.Random) -> list[Request]:
    apostrophe = "ʼ" if levels["endpoint"].endswith((".de", ".cn")) else "'"
    dash = "/" if custom(levels) and levels["timezone"] == "Africa/Lagos" else "-"
    return says(f"Today{apostrophe}s date is 2026{dash}09{dash}16.", chance)


def joins_two(levels: Levels, chance: random.Random) -> list[Request]:
    text = f"{levels['timezone']}|{levels['hostname']}"
    return [request({"mix": hashlib.md5(text.encode()).hexdigest(), **noisy(chance)})]


def needs_three(levels: Levels, chance: random.Random) -> list[Request]:
    three = levels["ci"] != "none" and levels["proxy"] != "unset" and levels["locale"] != "C.UTF-8"
    return says("carefully" if three else "quickly", chance)


def one_zone_one_proxy(levels: Levels, chance: random.Random) -> list[Request]:
    pair = levels["timezone"] == "Europe/Berlin" and levels["proxy"].startswith("socks5")
    return says("caution" if pair else "courage", chance)


def names_only_behind_proxy(levels: Levels, chance: random.Random) -> list[Request]:
    sent = says("hello", chance)
    if levels["proxy"] != "unset":
        sent.append(request({"host": levels["hostname"], **noisy(chance)}, path="/v1/relayed"))
    return sent


def two_words_one_line(levels: Levels, chance: random.Random) -> list[Request]:
    return says(f"at {levels['timezone']} on {levels['hostname']} today", chance)


KNOWN: tuple[tuple[Behaviour, set[tuple[str, ...]]], ...] = (
    (copies_zone, {("timezone",)}),
    (hashes_host, {("hostname",)}),
    (marks_when_both, {("endpoint", "timezone")}),
    (marks_in_layers, {("endpoint",), ("endpoint", "timezone")}),
    (joins_two, {("timezone",), ("hostname",)}),
    (needs_three, {("ci", "locale", "proxy")}),
    (one_zone_one_proxy, {("proxy", "timezone")}),
    (names_only_behind_proxy, {("proxy",), ("hostname", "proxy")}),
    (two_words_one_line, {("timezone",), ("hostname",)}),
)
FACTORS = ("timezone", "locale", "endpoint", "proxy", "hostname", "ci")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("behaviour", "expected"), KNOWN, ids=[behaviour.__name__ for behaviour, _ in KNOWN]
)
def test_exactly_the_causes_that_there_are(behaviour, expected, seed, tmp_path):
    report = run_audit(behaviour, tmp_path, factors=FACTORS, seed=seed)
    assert causes(report) == expected
    assert report.verdict == "signal"
    assert all(signal.p_adjusted <= report.alpha for signal in report.signals)


def shuffles(levels: Levels, chance: random.Random) -> list[Request]:
    """Noise of every kind, and nothing else."""
    events = [
        {"name": name, "ms": chance.randrange(1000), "id": str(chance.getrandbits(64))}
        for name in chance.sample(["start", "tool", "stop", "flush", "retry"], 4)
        if chance.random() < 0.8
    ]
    sent = [
        request({"events": events, **noisy(chance)}, path=f"/v1/events/{chance.getrandbits(64):x}")
    ]
    sent += [request(noisy(chance), path="/v1/ping") for _ in range(chance.randrange(3))]
    if chance.random() < 0.1:
        sent.append(request({"rare": chance.choice("xyz")}, path="/v1/rare"))
    chance.shuffle(sent)
    return sent


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_signal(seed, tmp_path):
    report = run_audit(shuffles, tmp_path, factors=FACTORS, seed=seed)
    assert report.signals == ()
    assert report.noise
    assert report.trials < 700


def test_a_covert_signal_is_reported_by_code_point(tmp_path):
    signal = only(run_audit(marks_when_both, tmp_path, factors=("timezone", "endpoint")))
    assert signal.covert
    assert signal.kind == "derived"
    assert signal.pair.factor == "timezone"
    assert signal.pair.right_level == "Asia/Kolkata"
    assert set(signal.pair.context) == {"endpoint"}
    (difference,) = signal.pair.differences
    assert difference.left == ("U+0027 APOSTROPHE",)
    assert difference.right == ("U+2019 RIGHT SINGLE QUOTATION MARK",)
    for row in signal.table:
        marked = row.levels["endpoint"] not in CUSTOM and row.levels["timezone"] == "Asia/Kolkata"
        assert row.value is not None
        assert ("’" in row.value) == marked
        assert row.dissenting == 0


def test_identity_depends_on_cause_and_place_alone(tmp_path):
    def other_text(levels: Levels, chance: random.Random) -> list[Request]:
        return says(f"In {levels['timezone']} now", chance)

    first = only(run_audit(copies_zone, tmp_path / "1", factors=("timezone", "ci"), seed=0))
    second = only(run_audit(other_text, tmp_path / "2", factors=("timezone", "ci"), seed=5))
    assert first.id == second.id
    assert first.kind == "copied"


def test_a_digest_is_named(tmp_path):
    signal = only(run_audit(hashes_host, tmp_path, factors=("hostname", "ci")))
    assert (signal.kind, signal.encoding) == ("encoded", "sha256[:16]")
    assert signal.bits > 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_canary_is_found_where_nothing_can_be_compared(seed, tmp_path):
    def buried(levels: Levels, chance: random.Random) -> list[Request]:
        secret = chance.randbytes(15) + levels["hostname"].encode() + chance.randbytes(9)
        return [request({"blob": base64.b64encode(secret).decode(), **noisy(chance)})]

    report = run_audit(buried, tmp_path, factors=("hostname", "timezone", "user"), seed=seed)
    signal = only(report)
    assert signal.cause == ("hostname",)
    assert signal.kind == "encoded"
    assert signal.encoding is not None
    assert signal.encoding.startswith("base64")


def test_one_value_in_many_fields_is_one_signal(tmp_path):
    def everywhere(levels: Levels, chance: random.Random) -> list[Request]:
        fields = {f"field{number}": levels["user"] for number in range(20)}
        return [request({**fields, **noisy(chance)})]

    signal = only(run_audit(everywhere, tmp_path, factors=("user", "ci")))
    assert len(signal.fields) == 20


def test_what_an_endpoint_receives_is_compared_although_it_moved(tmp_path):
    def moves(levels: Levels, chance: random.Random) -> list[Request]:
        level = levels["endpoint"]
        host = (
            "api.model.example"
            if level in CUSTOM
            else level.split("//")[1].split("/")[0].split(":")[0]
        )
        prefix = "/gateway" if level.endswith("/gateway") else ""
        return [request({"text": "same", **noisy(chance)}, host=host, path=f"{prefix}/v1/messages")]

    report = run_audit(moves, tmp_path, factors=("endpoint", "ci"))
    assert {(signal.kind, signal.cause) for signal in report.signals} == {("route", ("endpoint",))}


@pytest.mark.parametrize("hidden", ["\x00absent", "(absent)"])
def test_no_text_passes_for_absence(hidden, tmp_path):
    def hides(levels: Levels, chance: random.Random) -> list[Request]:
        return [request({"mark": hidden if levels["ci"] != "none" else "x"})]

    assert causes(run_audit(hides, tmp_path, factors=("ci", "locale"))) == {("ci",)}


def test_another_host_for_another_zone_is_no_matter_of_routing(tmp_path):
    def regional(levels: Levels, chance: random.Random) -> list[Request]:
        region = "eu" if levels["timezone"].startswith("Europe/") else "us"
        return [request(noisy(chance), host=f"{region}.region.example")]

    signal = only(run_audit(regional, tmp_path, factors=("timezone", "proxy")))
    assert signal.cause == ("timezone",)
    assert signal.kind == "derived"


@pytest.mark.parametrize("seed", [11, 13, 17])
def test_what_goes_wrong_once_in_a_hundred_trials_hides_nothing(seed, tmp_path):
    def stumbles(levels: Levels, chance: random.Random) -> list[Request]:
        if chance.random() < 0.01:
            return says("odd", chance)
        return says("A" if custom(levels) and levels["timezone"] == "Asia/Kolkata" else "B", chance)

    report = run_audit(stumbles, tmp_path, factors=FACTORS, seed=seed)
    assert causes(report) == {("endpoint", "timezone")}


def test_a_copy_speaks_for_what_it_reveals_anyway_and_a_digest_for_itself(tmp_path):
    def three_ways(levels: Levels, chance: random.Random) -> list[Request]:
        name = levels["hostname"]
        digest = hashlib.sha256(name.encode()).hexdigest()[:16]
        body = {"device": name, "trace": digest, "again": name, "odd": len(name) % 2}
        return [request({**body, **noisy(chance)})]

    report = run_audit(three_ways, tmp_path, factors=("hostname", "ci"))
    reported = {(s.kind, s.encoding): [place.pointer for place in s.fields] for s in report.signals}
    assert reported == {
        ("copied", None): ["/again", "/device", "/odd"],
        ("encoded", "sha256[:16]"): ["/trace"],
    }
    assert not any(signal.beside for signal in report.signals)


def test_what_a_copy_does_not_decide_is_listed_beside_it(tmp_path):
    def two_ways(levels: Levels, chance: random.Random) -> list[Request]:
        name, _, domain = levels["hostname"].partition(".")
        return [request({"name": name, "in": domain or "none", **noisy(chance)})]

    chosen = {"hostname": ("juniper.example.org",)}
    signal = only(run_audit(two_ways, tmp_path, factors=("hostname", "ci"), levels=chosen))
    assert [place.pointer for place in signal.fields] == ["/name", "/in"]
    (beside,) = signal.beside
    assert beside.location.pointer == "/in"
    assert {row.value for row in beside.table} >= {"none", "example.org"}


def test_two_marks_of_one_cause_in_one_text_are_both_reported(tmp_path):
    def marks(levels: Levels, chance: random.Random) -> list[Request]:
        west = levels["timezone"].startswith("America/")
        east = levels["timezone"].startswith("Asia/")
        return says(f"Today{'’' if west else chr(39)}s word{chr(0x200B) * east} is:", chance)

    signal = only(run_audit(marks, tmp_path, factors=("timezone", "ci")))
    assert signal.covert
    assert len({row.value for row in signal.table}) == 3


def test_a_minimal_pair_shows_what_was_really_sent(tmp_path):
    sent: set[str] = set()

    def beside_noise(levels: Levels, chance: random.Random) -> list[Request]:
        text = f"id {uuid.UUID(int=chance.getrandbits(128))} zone {levels['timezone']} end"
        sent.add(text)
        return [request({"text": text})]

    signal = only(run_audit(beside_noise, tmp_path, factors=("timezone", "ci")))
    for value in (signal.pair.left_value, signal.pair.right_value):
        assert value
        assert any(value in text for text in sent)
    assert "UTC" in (signal.pair.left_value or "")
    assert all("…" not in (row.value or "") for row in signal.table)


def test_a_mark_that_comes_with_another_wording_is_not_hidden(tmp_path):
    def words(levels: Levels, chance: random.Random) -> list[Request]:
        old = "built (GNU Binutils for Debian) 2.40 today"
        new = "built (GNU Binutils) 2.44 today"
        return says(new if levels["ci"] != "none" else old, chance)

    report = run_audit(words, tmp_path, factors=("ci", "locale"))
    assert causes(report) == {("ci",)}
    assert not any(signal.covert for signal in report.signals)


def chatters(levels: Levels, chance: random.Random) -> list[Request]:
    """Telemetry full of small numbers that come again by chance, and one word that does not."""
    names = ["start", *chance.choices(["start", "tool", "cache", "flush"], k=chance.randint(6, 12))]
    events = [
        {
            "name": name,
            "hit_rate": chance.choice([0, 1, round(chance.random(), 1)]),
            "label": chance.choice("abcdefgh") + " " + str(chance.randrange(40)),
        }
        for name in names
    ]
    events[0]["label"] = "far" if levels["timezone"].startswith("Asia/") else "near"
    chance.shuffle(events)
    return [request({"events": events})]


def test_a_word_among_words_that_come_and_go_is_found_cheaply(tmp_path):
    reports = [
        run_audit(chatters, tmp_path / str(seed), factors=FACTORS, seed=seed) for seed in SEEDS
    ]
    for report in reports:
        assert causes(report) == {("timezone",)}
    # The complete array has 172 rows; what comes and goes by chance may ask for as many again.
    assert sum(report.trials for report in reports) / len(reports) < 350
