"""The same in real cells, on a specimen of which the truth is known."""

from __future__ import annotations

import pytest

import lab
from lab.testing.subject import Subject
from tests.specimens import specimen_set

pytestmark = pytest.mark.cell

GATEWAY = {"endpoint": "https://gateway.corp.example"}


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("lab")


def specimen(name):
    (found,) = [each for each in specimen_set.load_all() if each.name == name]
    return ["--", "/usr/bin/python3", str(found.file)]


def test_a_mark_of_two_factors_is_reported_where_both_are(home):
    with Subject.open(specimen("two_way_covert"), home=home) as subject:

        def compared(left, right):
            sides = subject.observe(lab.control(**left)), subject.observe(lab.control(**right))
            return sides[0].indistinguishable_from(sides[1])

        tokyo = {"timezone": "Asia/Tokyo"}
        assert compared({}, tokyo)
        assert compared({}, GATEWAY)
        found = compared(GATEWAY, {**GATEWAY, **tokyo})
        assert not found
        (signal,) = found.signals
        assert signal.covert
        assert signal.location.host == "api.anthropic.com"
        story = str(found)
        assert "U+0027 APOSTROPHE → U+2019 RIGHT SINGLE QUOTATION MARK  look-alike" in story
        assert "reproduce   lab run --set endpoint=https://gateway.corp.example" in story
        assert "--set timezone=Asia/Tokyo" in story
        found = compared({**GATEWAY, **tokyo}, GATEWAY)
        assert not found


def test_trials_are_kept_for_the_next_session(home):
    with Subject.open(specimen("two_way_covert"), home=home) as subject:
        seen = subject.observe(lab.control(**GATEWAY))
        assert "api.anthropic.com" not in seen.hosts
        assert seen.sends("Today's date is")
        assert subject._executor is None


def test_what_is_sent_by_chance_is_no_difference(home):
    with Subject.open(specimen("confounder_sampled"), home=home) as subject:
        for name in ("a", "b", "c"):
            sides = lab.control(), lab.control(hostname=name)
            assert subject.observe(sides[0]).indistinguishable_from(subject.observe(sides[1]))
