"""A stand-in is the real function for everybody but the client."""

from __future__ import annotations

import os
import threading

import pytest

from lab.sandbox.twin.patching.caller import TrialEnded, replace_function, thread_state


class Trial:
    has_ended = False

    def refuse(self, what):
        return RuntimeError(what)


@pytest.fixture
def trial():
    thread_state.trial = Trial()
    yield thread_state.trial
    thread_state.trial = None


def test_to_the_client_it_is_the_other(trial):
    assert replace_function(os.getpid, lambda: 2)() == 2
    thread_state.trial = None
    assert replace_function(os.getpid, lambda: 2)() == os.getpid()


def test_what_it_calls_is_real(trial):
    inner = replace_function(len, lambda _: -1)
    assert inner("abc") == -1
    assert replace_function(len, lambda text: inner(text))("abc") == 3
    assert thread_state.trial is trial


def test_an_error_leaves_the_thread_the_clients(trial):
    def fail():
        raise ValueError

    with pytest.raises(ValueError):
        replace_function(len, fail)()
    assert thread_state.trial is trial


def test_other_threads_are_not_the_client(trial):
    found = []
    name = replace_function(os.getpid, lambda: 2)
    thread = threading.Thread(target=lambda: found.append(name()))
    thread.start()
    thread.join()
    assert found == [os.getpid()]


def test_after_its_trial_a_thread_ends(trial):
    trial.has_ended = True
    with pytest.raises(TrialEnded):
        replace_function(os.getpid, lambda: 2)()


def test_in_a_class_it_becomes_a_method_only_where_the_real_one_does(trial):
    class Client:
        builtin = replace_function(len, lambda text: -1)
        python = replace_function(lambda self: 1, lambda self: self)

    client = Client()
    assert client.builtin("abc") == -1
    assert client.python() is client
