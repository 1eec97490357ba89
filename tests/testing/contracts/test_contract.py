"""Contracts on model clients: verdicts, what cannot be said, and the message for a mistake."""

from __future__ import annotations

import msgspec
import pytest

import lab
from lab.errors import UsageError
from lab.observation.records import Exit
from lab.testing import current_subject, failure_note
from tests.experiment.model import HOST, ModelExecutor, request
from tests.testing.models import identifiers, subject_of

FACTORS = ("ci", "endpoint", "hostname", "optout", "timezone")


def marks(levels, chance):
    """Marks its request in one zone, unless opted out."""
    marked = levels["timezone"] == "Asia/Kolkata" and levels["optout"] == "unset"
    return [request({"greeting": "hello"}, headers=[("x-probe", "1")] if marked else ())]


def in_kolkata(machine):
    return machine["timezone"] == "Asia/Kolkata"


def contract(behaviour, **options):
    given = {"trials": 30, "samples": 10, "factors": FACTORS, **options}
    subject = behaviour if isinstance(behaviour, lab.Subject) else subject_of(behaviour)
    return lab.contract(subject, fires=lambda seen: "x-probe" in seen.text, **given)


# --- verdicts -----------------------------------------------------------------------------------


def test_a_probe_that_does_what_it_should():
    here = contract(marks)
    verdicts = (
        here.fires_when(in_kolkata),
        here.silent_unless(in_kolkata),
        here.fires_exactly_when(in_kolkata),
        here.silent_when_opted_out(),
        here.never_sends("hostname"),
        here.only_to(HOST),
    )
    for verdict in verdicts:
        assert verdict, str(verdict)
        assert verdict.outcome == "held"
        assert len(repr(verdict)) < 200
        assert verdict.counterexample is None
    assert [rate.name for rate in verdicts[0].rates] == ["misses", "false positives"]
    assert [rate.cases for rate in verdicts[0].rates] == [10, 10]
    assert verdicts[0].rates[0].high == pytest.approx(1 - 0.025 ** (1 / 10))
    assert failure_note.get_note() is None


def test_a_broken_statement_reports_the_simplest_machine():
    verdict = contract(marks).silent_unless(lambda machine: machine["timezone"] == "Asia/Tokyo")
    assert not verdict
    assert [(each.factor, each.right) for each in verdict.changes] == [("timezone", "Asia/Kolkata")]
    story = str(verdict)
    assert failure_note.get_note() == story
    assert 'silent_unless(lambda machine: machine["timezone"] == "Asia/Tokyo"): broken' in story
    assert "lab run model --set timezone=Asia/Kolkata" in story
    assert "with timezone at its control, it does not" in story
    assert len(repr(verdict)) < 200


def test_an_interaction_is_reported_with_all_that_it_needs():
    def both(levels, chance):
        marked = levels["timezone"] == "Asia/Kolkata" and levels["ci"] != "none"
        return [request({}, headers=[("x-probe", "1")] if marked else ())]

    verdict = contract(both, trials=300).silent_unless(lambda machine: False)
    assert [each.factor for each in verdict.changes] == ["ci", "timezone"]


def test_exactly_when_is_broken_by_either():
    everywhere, nowhere = (lambda machine: True), (lambda machine: False)
    assert "stays silent" in contract(marks).fires_exactly_when(everywhere).why
    assert "fires although" in contract(marks).fires_exactly_when(nowhere).why


def test_an_opt_out_that_is_not_heeded():
    def deaf(levels, chance):
        return marks({**levels, "optout": "unset"}, chance)

    here = contract(deaf)
    assert here.fires_when(in_kolkata)
    verdict = here.silent_when_opted_out()
    assert [each.factor for each in verdict.changes] == ["optout", "timezone"]


def test_the_opt_out_is_found_without_any_statement_before():
    def deaf(levels, chance):
        return marks({**levels, "optout": "unset"}, chance)

    assert contract(deaf, trials=200).silent_when_opted_out().outcome == "broken"
    assert contract(marks, trials=200).silent_when_opted_out().outcome == "held"


def test_a_statement_may_be_about_the_opt_out_itself():
    def out(machine):
        return in_kolkata(machine) and machine["optout"] == "unset"

    assert contract(marks).fires_exactly_when(out)


def test_a_secret_in_noise_is_found_by_its_copy():
    def whispers(levels, chance):
        sent = identifiers(levels, chance)
        noise = [("x-noise", f"{chance.getrandbits(64):x} {levels['hostname'].encode().hex()}")]
        return [*sent, request({}, headers=noise)]

    verdict = contract(whispers).never_sends("hostname")
    assert [each.factor for each in verdict.changes] == ["hostname"]
    assert "a copy of" in str(verdict)
    assert contract(identifiers).never_sends("hostname")


def test_a_secret_that_is_derived_is_found_by_the_difference():
    def counts(levels, chance):
        return [request({"n": len(levels["hostname"]) % 7})]

    assert contract(counts).never_sends("hostname").outcome == "broken"


def test_another_host():
    def strays(levels, chance):
        also = [request({}, host="metrics.example")] if in_kolkata(levels) else []
        return [*marks(levels, chance), *also]

    verdict = contract(strays).only_to(HOST)
    assert "metrics.example" in str(verdict)
    assert contract(strays).only_to(HOST, "metrics.*")


# --- what nothing can be said of ----------------------------------------------------------------


def test_a_probe_that_acts_at_random_is_reported_and_breaks_nothing():
    def tosses(levels, chance):
        marked = in_kolkata(levels) and chance.random() < 0.5
        return [request({}, headers=[("x-probe", "1")] if marked else ())]

    outcomes = [
        contract(subject_of(tosses, seed), seed=seed).fires_when(in_kolkata).outcome
        for seed in range(8)
    ]
    assert set(outcomes) == {"open"}
    verdict = contract(tosses).fires_when(in_kolkata)
    assert not verdict
    assert verdict.flaky
    assert "at random" in str(verdict)
    assert "timezone=Asia/Kolkata" in verdict.why
    assert contract(tosses).silent_unless(in_kolkata)


def test_silence_reveals_nothing_of_a_probe_that_never_fires():
    verdict = contract(identifiers).silent_when_opted_out()
    assert verdict.outcome == "open"
    assert "examples" in verdict.why


def test_a_statement_about_no_machine_is_open():
    def nobody(machine):
        return machine["hostname"][::-1] == "revres-a-ton"

    verdict = contract(marks).fires_when(nobody)
    assert verdict.outcome == "open"
    assert "nothing could be tried" in verdict.why
    verdict = contract(marks, examples=[{"hostname": "not-a-server"}]).fires_when(nobody)
    assert [each.right for each in verdict.changes] == ["not-a-server"]


class Failing(ModelExecutor):
    """Its trials do not end."""

    def measure_all(self, trials):
        for label, measured in super().measure_all(trials):
            end = Exit(60.0, "timed out", None, 9, 0.0, b"", b"")
            seen = msgspec.structs.replace(measured.observation, exit=end)
            yield label, msgspec.structs.replace(measured, observation=seen)


def test_trials_that_do_not_end_are_no_silence():
    verdict = contract(subject_of(Failing(marks))).silent_unless(in_kolkata)
    assert verdict.outcome == "open"
    assert "timed out" in str(verdict)


class Crashing(ModelExecutor):
    """Fails before it sends anything, for those who opted out or for all."""

    def __init__(self, behaviour, always):
        super().__init__(behaviour)
        self.always = always

    def measure_all(self, trials):
        for (label, environment), (_, measured) in (
            (trial, next(super(Crashing, self).measure_all([trial]))) for trial in trials
        ):
            seen = measured.observation
            if self.always or environment["optout"] != "unset":
                end = Exit(0.1, "finished", 1, None, 0.0, b"", b"broken")
                seen = msgspec.structs.replace(seen, events=(), exit=end)
            yield label, msgspec.structs.replace(measured, observation=seen)


def test_a_client_that_fails_before_it_sends_anything_keeps_no_promise():
    here = contract(subject_of(Crashing(marks, always=True)))
    for verdict in (here.silent_unless(in_kolkata), here.only_to(HOST)):
        assert verdict.outcome == "open"
        assert "ended with 1 and sent nothing" in str(verdict)


def test_a_client_that_fails_for_those_who_opted_out_was_not_seen_to_be_silent():
    verdict = contract(subject_of(Crashing(marks, always=False))).silent_when_opted_out()
    assert verdict.outcome == "open"


def test_hosts_that_a_client_makes_up_reach_no_terminal():
    def strays(levels, chance):
        return [request({}), request({}, host="a\x9b2Jx.example")]

    verdict = contract(strays).only_to(HOST)
    assert not verdict
    assert "\x9b" not in str(verdict)


# --- how sure -----------------------------------------------------------------------------------


def test_rates_are_those_of_the_stated_population():
    def third(levels, chance):
        marked = levels["ci"] != "none"
        return [request({}, headers=[("x-probe", "1")] if marked else ())]

    weights = {"ci": {"none": 0.7, "CI=true": 0.3}}
    covering = 0
    for seed in range(10):
        here = contract(third, population=weights, trials=1, samples=100, seed=seed)
        verdict = here.silent_unless(lambda machine: False)
        rate = verdict.rates[0]
        assert (rate.name, rate.cases) == ("false positives", 100)
        covering += rate.low < 0.3 < rate.high
    assert covering >= 8
    assert "ci by the weights given" in verdict.population


def test_the_same_seed_gives_the_same_verdict():
    def some(levels, chance):
        marked = levels["timezone"] > "Asia/M" and levels["hostname"] > "c"
        return [request({}, headers=[("x-probe", "1")] if marked else ())]

    first, second = (
        contract(some, seed=3).fires_when(lambda machine: machine["hostname"] > "c")
        for _ in range(2)
    )
    assert str(first) == str(second)
    assert first.outcome == "broken"


def test_trials_are_counted_and_limited():
    laboratory = ModelExecutor(marks)
    here = contract(subject_of(laboratory), trials=10, samples=5)
    verdict = here.silent_unless(in_kolkata)
    assert verdict.trials <= 10 + 2 * 5 + 2 * 7 + 1
    assert verdict.tried <= 10


# --- mistakes -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda c: c.fires_when(lambda m: m["tiemzone"] == "UTC"), "nearest: timezone"),
        (lambda c: c.never_sends("hostnam"), "nearest: hostname"),
        (lambda c: c.fires_when(lambda m: m["locale"] == "C"), "locale is not varied here"),
        (lambda c: c.only_to("https://a.example"), "no name of a host"),
        (lambda c: c.silent_unless(lambda m: m["ci"] + 1), "the statement raised TypeError"),
    ],
)
def test_a_mistake_is_one_clear_line(ask, message):
    with pytest.raises(UsageError, match=message) as error:
        ask(contract(marks))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"factors": ["timezon"]}, "nearest: timezone"),
        ({"factors": "timezone"}, "a list of names"),
        ({"trials": 0}, "trials is a number of at least 1"),
        ({"examples": [{"timezone": "Asia/Tokio"}]}, "nearest"),
        ({"optout": {"A": "1"}}, "are for a callable"),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(UsageError, match=message):
        contract(marks, **options)


def test_fires_that_fails_and_fires_that_is_not_there():
    broken = lab.contract(subject_of(marks), fires=lambda seen: seen.request, factors=FACTORS)
    with pytest.raises(UsageError, match="fires raised AttributeError"):
        broken.silent_unless(in_kolkata)
    without = lab.contract(subject_of(marks), trials=20, samples=5, factors=FACTORS)
    with pytest.raises(UsageError, match="there is no predicate for when the probe fires"):
        without.silent_unless(in_kolkata)
    assert without.only_to(HOST)


def test_what_means_nothing_to_a_client_is_not_asked_about(home):
    def probe():
        return None

    here = lab.contract(probe, fires=lambda seen: False, home=home)
    with pytest.raises(UsageError, match=r"optout changes nothing for .*probe.*optout=\{"):
        here.silent_when_opted_out()


def test_the_session_has_a_client():
    with current_subject.use_subject(subject_of(marks)):
        here = lab.contract(
            fires=lambda seen: "x-probe" in seen.text, trials=20, samples=5, factors=FACTORS
        )
        assert here.silent_unless(in_kolkata)
    with pytest.raises(UsageError, match="--lab-client"):
        lab.contract(fires=lambda seen: False)
