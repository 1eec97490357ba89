"""Replacements go in everywhere, and come out everywhere."""

from __future__ import annotations

import sys
import types

import pytest

from lab.sandbox.twin.patching.caller import thread_state
from lab.sandbox.twin.patching.patches import Patches

CLIENT = """
from home import function, value
import home

KEPT = function

class Client:
    attribute = value
    static = staticmethod(function)

    def method(self, default=function, *, named=value):
        return default, named

def plain(default=value):
    return default

def late():
    from home import function
    return function
"""


class Trial:
    has_ended = False

    def refuse(self, what):
        return RuntimeError(what)


@pytest.fixture
def home(monkeypatch):
    module = types.ModuleType("home")
    exec("def function(): return 'real'\nvalue = object()", vars(module))
    monkeypatch.setitem(sys.modules, "home", module)
    return module


def imported(name, monkeypatch):
    module = types.ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)
    exec(CLIENT, vars(module))
    return module


def seen(client):
    """All references of the client's, the real ones as "real"."""
    kind = client.Client
    return [
        client.function,
        client.KEPT,
        kind.static,
        kind().method()[0],
        client.late(),
        client.value,
        kind.attribute,
        kind().method()[1],
        client.plain(),
    ]


@pytest.fixture
def patches(home):
    made = Patches()
    made.add_function(home, "function", lambda: "fake")
    made.add_value(home, "value", "new")
    return made


def test_every_reference_is_replaced_and_put_back(patches, home, monkeypatch):
    client = imported("client", monkeypatch)
    before = seen(client)
    for _ in range(2):
        patches.apply()
        thread_state.trial = Trial()
        found = seen(client)
        assert [each() for each in found[:5]] == ["fake"] * 5
        assert found[5:] == ["new"] * 4
        thread_state.trial = None
        assert found[0]() == "real"
        patches.revert()
        assert seen(client) == before


def test_also_in_what_is_imported_meanwhile(patches, home, monkeypatch):
    patches.apply()
    client = imported("client", monkeypatch)
    patches.revert()
    assert seen(client) == [home.function] * 5 + [home.value] * 4
    patches.apply()
    assert client.value == "new"
    patches.revert()
    assert client.value is home.value


def test_what_the_client_changed_itself_stays(patches, home, monkeypatch):
    client = imported("client", monkeypatch)
    patches.apply()
    client.value = "mine"
    patches.revert()
    assert client.value == "mine"


def test_the_labs_own_references_stay(patches, home, monkeypatch):
    ours, real = imported("lab.mine", monkeypatch), home.value
    patches.apply()
    assert ours.value is real
    patches.revert()


def test_a_method_that_was_inherited_is_inherited_again(home):
    class Parent:
        def name(self):
            return "real"

    class Child(Parent):
        pass

    made = Patches()
    made.add_method(Child, "name", lambda self: "fake")
    made.apply()
    thread_state.trial = Trial()
    assert (Child().name(), Parent().name()) == ("fake", "real")
    thread_state.trial = None
    made.revert()
    assert "name" not in vars(Child)


def test_a_function_of_a_descriptor_is_chosen_by_its_number(home):
    vars(home)["number"] = lambda number=1: "real"
    made = Patches()
    made.add_for_descriptors(home, "number", range(3), lambda number: f"stream {number}")
    made.add_for_descriptors(home, "number", range(100, 200), lambda number: f"file {number}")
    made.apply()
    thread_state.trial = Trial()
    assert [home.number(each) for each in (2, 50, 150)] == ["stream 2", "real", "file 150"]
    assert home.number() == "stream 1"
    thread_state.trial = None
    made.revert()


def test_what_a_python_lacks_is_left_out(home):
    made = Patches()
    made.add_function(home, "missing", lambda: 1)
    made.add_method(types.SimpleNamespace, "missing", lambda self: 1)
    made.add_for_descriptors(home, "missing", range(3), lambda number: 1)
    made.apply()
    made.revert()
    assert not hasattr(home, "missing")
