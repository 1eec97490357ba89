from __future__ import annotations

import pytest

import lab
from lab.testing import failure_note
from tests.experiment.model import ModelExecutor, request
from tests.testing.models import coins, identifiers, planted, subject_of

LARGE = {"locale": "ja_JP.UTF-8", "directory": "/srv/work"}


def compared(subject, one, other, **shared):
    left, right = lab.control(hostname=one, **shared), lab.control(hostname=other, **shared)
    return subject.observe(left).indistinguishable_from(subject.observe(right))


@pytest.fixture
def laboratory():
    return ModelExecutor(planted(identifiers, "field"))


def test_within_a_test_a_smaller_pair_is_reported_by_a_few_trials(laboratory):
    failure_note.begin_test()
    subject = subject_of(laboratory)
    first = compared(subject, "host-a", "host-b", **LARGE)
    assert not first
    assert first.confirmed
    compared(subject, "host-c", "host-d", **LARGE)  # learns more of the noise
    before = len(laboratory.asked)
    smaller = compared(subject, "host-a", "host-b")
    assert not smaller
    assert not smaller.confirmed
    assert len(laboratory.asked) - before == 2 + 2 * 2
    before = len(laboratory.asked)
    assert not compared(subject, "host-e", "host-f", **LARGE)
    assert len(laboratory.asked) - before == 2


def test_what_is_reported_in_the_end_is_held_to_the_full_test(laboratory):
    failure_note.begin_test()
    subject = subject_of(laboratory)
    assert not compared(subject, "host-a", "host-b", **LARGE)
    before = len(laboratory.asked)
    smaller = compared(subject, "host-a", "host-b")
    assert not smaller
    story = failure_note.get_note()
    assert "hostname: host-a on the left, host-b on the right" in story
    assert "on both sides" not in story
    assert "p = 4.1e-05 corrected" in story
    assert "9 or more a side" in story
    assert len(laboratory.asked) - before > 18
    ran = len(laboratory.asked)
    assert failure_note.get_note() == story
    assert len(laboratory.asked) == ran
    assert not compared(subject, "host-a", "host-b")


def test_where_a_smaller_pair_does_not_hold_the_first_is_reported():
    """The value follows the host name only on the large machine, and is a coin elsewhere."""
    flips = [0]

    def behave(levels, chance):
        value = levels["hostname"]
        if levels["locale"] != LARGE["locale"]:
            flips[0] += 1
            # Each side the same for the first few trials, and whatever comes later.
            value = levels["hostname"] if flips[0] <= 18 else chance.choice("xy")
        return [request({"host": value})]

    failure_note.begin_test()
    subject = subject_of(behave)
    assert not compared(subject, "host-a", "host-b", **LARGE)
    assert not compared(subject, "host-a", "host-b")
    story = failure_note.get_note()
    assert "  locale: ja_JP.UTF-8 on both sides" in story
    assert story.endswith(
        "Smaller pairs differed in a few trials, but not in the full test: "
        "hostname host-a | host-b."
    )


def test_the_next_test_begins_anew(laboratory):
    failure_note.begin_test()
    subject = subject_of(laboratory)
    assert not compared(subject, "host-a", "host-b", **LARGE)
    assert not compared(subject, "host-a", "host-b").confirmed
    failure_note.begin_test()
    again = compared(subject, "host-a", "host-b")
    assert not again
    assert again.confirmed


def test_where_nobody_says_that_a_test_begins_every_answer_is_sure(laboratory, monkeypatch):
    monkeypatch.setattr(failure_note, "get_test_number", lambda: 0)
    subject = subject_of(laboratory)
    assert compared(subject, "host-a", "host-b", **LARGE).confirmed
    assert compared(subject, "host-a", "host-b").confirmed


def test_noise_passes_for_what_was_found_before_in_no_smaller_pair():
    def behave(levels, chance):
        sent = coins(levels, chance)
        large = levels["locale"] == LARGE["locale"]
        return [*sent, request({"host": levels["hostname"] if large else "host"}, path="/h")]

    failure_note.begin_test()
    subject = subject_of(behave)
    assert not compared(subject, "host-a", "host-b", **LARGE)
    for number in range(20):
        assert compared(subject, "host-a", f"host-{number}")
