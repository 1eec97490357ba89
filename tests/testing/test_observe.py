"""``lab.observe``: which subject it observes, and which subjects stay open."""

from __future__ import annotations

from contextlib import nullcontext

import pytest

import lab
from lab.errors import UsageError
from lab.testing import current_subject, observe
from tests.testing.models import quiet, subject_of


@pytest.fixture
def opened(monkeypatch):
    """The clients for which a subject was opened, in order."""
    clients = []

    def open_subject(client):
        clients.append(client)
        return subject_of(quiet)

    monkeypatch.setattr(observe, "_open_subjects", type(observe._open_subjects)())
    monkeypatch.setattr(observe.Subject, "open", open_subject)
    return clients


def test_a_subject_is_observed_itself(opened):
    subject = subject_of(quiet)
    assert lab.observe(lab.control(), subject).subject is subject
    assert opened == []


def test_without_a_client_it_is_the_current_subject(opened):
    subject = subject_of(quiet)
    with current_subject.use_subject(subject):
        assert lab.observe(lab.control()).subject is subject
    with pytest.raises(UsageError, match="--lab-client"):
        lab.observe(lab.control())


@pytest.mark.parametrize("client", ["codex", ("--", "/bin/true"), nullcontext])
def test_the_same_client_is_opened_once(opened, client):
    first = lab.observe(lab.control(), client)
    assert lab.observe(lab.control(timezone="Asia/Tokyo"), client).subject is first.subject
    assert opened == [client]


def test_a_list_of_words_is_the_same_client_as_a_tuple(opened):
    lab.observe(lab.control(), ["--", "/bin/true"])
    lab.observe(lab.control(), ("--", "/bin/true"))
    assert len(opened) == 1


def test_two_callables_without_a_hash_are_two_clients(opened):
    class Unhashable:
        __hash__ = None

        def __call__(self):
            """Send nothing."""

    one, two = Unhashable(), Unhashable()
    for client in (one, two, one):
        lab.observe(lab.control(), client)
    assert opened == [one, two]


def test_the_subjects_that_were_used_longest_ago_are_closed(opened, monkeypatch):
    closed = []
    monkeypatch.setattr(observe.Subject, "close", lambda self: closed.append(self))
    subjects = [lab.observe(lab.control(), f"client{number}").subject for number in range(8)]
    lab.observe(lab.control(), "client0")
    assert closed == []
    lab.observe(lab.control(), "client8")
    assert closed == [subjects[1]]
