"""A stand-in is the real function for everybody but the client."""

from __future__ import annotations

import os
import threading

import pytest

from lab.sandbox.twin.patching.caller import Over, here, stand_in


class Trial:
    over = False

    def refuse(self, what):
        return RuntimeError(what)


@pytest.fixture
def trial():
    here.trial = Trial()
    yield here.trial
    here.trial = None


def test_to_the_client_it_is_the_other(trial):
    assert stand_in(os.getpid, lambda: 2)() == 2
    here.trial = None
    assert stand_in(os.getpid, lambda: 2)() == os.getpid()


def test_what_it_calls_is_real(trial):
    inner = stand_in(len, lambda _: -1)
    assert inner("abc") == -1
    assert stand_in(len, lambda text: inner(text))("abc") == 3
    assert here.trial is trial


def test_an_error_leaves_the_thread_the_clients(trial):
    def fail():
        raise ValueError

    with pytest.raises(ValueError):
        stand_in(len, fail)()
    assert here.trial is trial


def test_other_threads_are_not_the_client(trial):
    found = []
    name = stand_in(os.getpid, lambda: 2)
    thread = threading.Thread(target=lambda: found.append(name()))
    thread.start()
    thread.join()
    assert found == [os.getpid()]


def test_after_its_trial_a_thread_ends(trial):
    trial.over = True
    with pytest.raises(Over):
        stand_in(os.getpid, lambda: 2)()


def test_in_a_class_it_becomes_a_method_only_where_the_real_one_does(trial):
    class Client:
        builtin = stand_in(len, lambda text: -1)
        python = stand_in(lambda self: 1, lambda self: self)

    client = Client()
    assert client.builtin("abc") == -1
    assert client.python() is client
