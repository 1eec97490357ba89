from __future__ import annotations

import pytest

import lab
from lab.errors import UsageError
from lab.testing import current_subject
from tests.testing.models import quiet, subject_of


def test_without_a_client_one_is_asked_for():
    with pytest.raises(UsageError, match="run pytest with --lab-client CLIENT"):
        lab.observe(lab.control())


def test_the_innermost_is_observed():
    one, two = subject_of(quiet), subject_of(quiet)
    with current_subject.use_subject(one):
        with current_subject.use_subject(two):
            assert lab.observe(lab.control()).subject is two
        assert lab.observe(lab.control()).subject is one
    with pytest.raises(UsageError):
        current_subject.get_subject()


def test_one_that_is_not_open_yet_is_opened_when_asked_for():
    asked = []

    def opening():
        asked.append(1)
        return subject_of(quiet)

    with current_subject.use_subject(opening):
        assert asked == []
        lab.observe(lab.control())
        assert asked == [1]
