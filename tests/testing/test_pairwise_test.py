from __future__ import annotations

import itertools
import random

import msgspec
import pytest

import lab
from lab.errors import ClientError
from lab.observation.records import Exit
from lab.testing.pairwise_test import ALPHA, distinguish
from tests.experiment.model import ModelExecutor, request
from tests.testing.models import (
    NOISY,
    WAYS,
    identifiers,
    planted,
    quiet,
    sampled,
    subject_of,
)


def pair_of(subject, number=0):
    return tuple(subject.whole(lab.control(hostname=f"host{number}{side}")) for side in "ab")


def name(behaviour):
    return behaviour.__name__


@pytest.mark.parametrize("behaviour", [quiet, *NOISY], ids=name)
def test_noise_distinguishes_nothing(behaviour):
    for seed in (1, 2):
        subject = subject_of(behaviour, seed)
        for number in range(10):
            found = distinguish(subject, *pair_of(subject, number))
            assert not found.signals
            assert found.trials < 50


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("behaviour", [quiet, *NOISY], ids=name)
def test_what_is_planted_in_noise_is_found(behaviour, way):
    for seed in (1, 2):
        subject = subject_of(planted(behaviour, way), seed)
        left, right = pair_of(subject)
        sides = (left, right) if seed == 1 else (right, left)
        found = distinguish(subject, *sides)
        assert found.signals
        for signal in found.signals:
            assert signal.cause == ("hostname",)
            assert signal.p_adjusted <= ALPHA
            assert signal.replicates >= 8
            assert {signal.pair.left_level, signal.pair.right_level} == {"host0a", "host0b"}


def test_one_environment_is_itself_without_a_trial():
    laboratory = ModelExecutor(quiet)
    subject = subject_of(laboratory)
    left, _ = pair_of(subject)
    assert not distinguish(subject, left, left).signals
    assert laboratory.asked == []


def test_where_all_is_the_same_at_once_two_trials_are_enough():
    laboratory = ModelExecutor(quiet)
    subject = subject_of(laboratory)
    assert distinguish(subject, *pair_of(subject)).trials == 2
    assert len(laboratory.asked) == 2


def test_the_noise_of_the_control_is_learnt_once():
    laboratory = ModelExecutor(identifiers)
    subject = subject_of(laboratory)
    for number in range(10):
        distinguish(subject, *pair_of(subject, number))
    assert len(laboratory.asked) == 10 * 2 + 4


def test_the_trials_that_decide_are_fresh_interleaved_and_of_this_pair_alone():
    laboratory = ModelExecutor(planted(identifiers, "field"))
    subject = subject_of(laboratory)
    left, right = pair_of(subject)
    other = pair_of(subject, 1)[1]
    distinguish(subject, left, right)
    first = [trial for trial in laboratory.asked if trial.is_confirmation]
    distinguish(subject, left, other)
    both = [trial for trial in laboratory.asked if trial.is_confirmation]
    sides = [trial.environment == left for trial in first]
    assert sides.count(True) == sides.count(False) == 9
    turns = sum(one != following for one, following in itertools.pairwise(sides))
    assert turns >= 3
    assert len(set(both)) == len(both) == 36


def test_drift_between_the_first_and_the_later_trials_is_no_difference():
    ran = [0]

    def behave(levels, chance):
        ran[0] += 1
        return [request({"phase": "early" if ran[0] < 12 else "late"})]

    subject = subject_of(behave)
    for number in range(5):
        assert not distinguish(subject, *pair_of(subject, number)).signals


def test_a_difference_in_frequency_alone_is_not_called_one():
    def behave(levels, chance):
        often = 0.9 if levels["hostname"].endswith("b") else 0.3
        return [request({"a": 1}), *([request({}, path="/e")] if chance.random() < often else [])]

    subject = subject_of(behave)
    assert not distinguish(subject, *pair_of(subject)).signals


def endpoint_of(levels):
    level = levels["endpoint"]
    return "api.model.example" if level in ("unset", "official") else level.partition("://")[2]


def test_what_is_said_to_the_endpoint_is_compared_wherever_that_is():
    def behave(levels, chance):
        zoned = levels["timezone"] != "UTC" and endpoint_of(levels) != "api.model.example"
        text = "Today\N{RIGHT SINGLE QUOTATION MARK}s" if zoned else "Today's"
        return [request({"text": text}, host=endpoint_of(levels))]

    subject = subject_of(behave)

    def found(left, right):
        left, right = lab.control(**left), lab.control(**right)
        return distinguish(subject, subject.whole(left), subject.whole(right)).signals

    gateway = {"endpoint": "https://gateway.example"}
    tokyo = {"timezone": "Asia/Tokyo"}
    assert not found({}, gateway)
    assert not found({}, tokyo)
    (alone,) = found(gateway, {**gateway, **tokyo})
    assert alone.covert
    assert alone.cause == ("timezone",)
    assert alone.location.host == "api.model.example"
    assert alone.pair.context == gateway
    assert [d.right for d in alone.pair.differences] == [("U+2019 RIGHT SINGLE QUOTATION MARK",)]
    (together,) = found({}, {**gateway, **tokyo})
    assert together.covert
    assert together.cause == ("endpoint", "timezone")


def test_a_crash_on_one_side_is_a_difference():
    class Crashing(ModelExecutor):
        def end(self, environment):
            crash = environment["hostname"].endswith("b")
            return Exit(0.01, "finished", 3 if crash else 0, None, 0.01, b"", b"")

    subject = subject_of(Crashing(quiet))
    (signal,) = distinguish(subject, *pair_of(subject)).signals
    assert signal.location.channel == "exit"


def test_a_client_that_fails_in_silence_on_both_sides_passes_nothing():
    class Failing(ModelExecutor):
        def end(self, environment):
            return Exit(0.01, "finished", 2, None, 0.01, b"", b"one\nno key\n")

    subject = subject_of(Failing(lambda levels, chance: []))
    with pytest.raises(ClientError, match=r"code 2 and sent nothing in both .*'no key'"):
        distinguish(subject, *pair_of(subject))


def test_silence_with_success_is_silence():
    subject = subject_of(lambda levels, chance: [])
    assert not distinguish(subject, *pair_of(subject)).signals


def test_the_same_trials_give_the_same_answer_whichever_side_is_left():
    for behaviour in (sampled, planted(sampled, "within")):
        laboratory = ModelExecutor(behaviour)
        subject = subject_of(laboratory)
        left, right = pair_of(subject)
        one = distinguish(subject, left, right)
        ran = len(laboratory.asked)
        other = distinguish(subject, right, left)
        assert bool(one.signals) == bool(other.signals)
        assert len(laboratory.asked) == ran


def test_many_suspects_take_more_replicates():
    def behave(levels, chance):
        draw = random.Random(f"{levels['hostname']} {chance.random()}")
        body = {f"k{n}": draw.choice("xy") for n in range(3)}
        return [request({**body, "host": levels["hostname"]})]

    subject = subject_of(behave)
    found = distinguish(subject, *pair_of(subject))
    assert [signal.location.pointer for signal in found.signals] == ["/host"]
    assert all(msgspec.json.encode(signal) for signal in found.signals)
