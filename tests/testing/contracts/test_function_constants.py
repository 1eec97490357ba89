from __future__ import annotations

import functools
import re

from lab.testing.contracts.function_constants import find_constants

ZONES = {"Asia/Tokyo", "Asia/Seoul"}
TABLE = {"host": ["api.acme.example"]}
PATTERN = re.compile("corp-[0-9]+")


def helper():
    return "in the helper"


def uses_much(default="a default"):
    """A docstring that says nothing."""
    inner = "closed over"

    def within():
        return inner, TABLE, [x for x in ZONES if PATTERN.match(x)]

    return within, helper(), b"bytes", default


def test_constants_globals_closures_and_helpers():
    found = find_constants(uses_much)
    expected = {"Asia/Tokyo", "Asia/Seoul", "api.acme.example", "corp-[0-9]+", "bytes"}
    assert expected | {"in the helper", "a default", "closed over"} <= set(found)
    assert not any("docstring" in text for text in found)
    assert find_constants(uses_much) == found


def test_other_callables():
    class Probe:
        def __init__(self):
            self.zones = ["Asia/Dili"]

        def __call__(self):
            return "in the call"

        def method(self):
            return "in the method"

    assert {"Asia/Dili", "in the call"} <= set(find_constants(Probe()))
    assert {"Asia/Dili", "in the method"} <= set(find_constants(Probe().method))
    assert "a word" in find_constants(functools.partial(helper, "a word"))
    assert find_constants(len) == ()
