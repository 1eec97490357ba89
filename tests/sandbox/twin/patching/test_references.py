"""References of a module to values that are replaced: names, attributes, defaults."""

from __future__ import annotations

from types import ModuleType

import pytest

from lab.sandbox.twin.patching.references import find_references

SOURCE = """
from os import getpid as real
renamed = real

def calls(get=real, *, also=real, other=1):
    return get(), also()

class Client:
    get = real
    fixed = staticmethod(real)

    def method(self, get=real):
        return get()
"""


def replacement(*_):
    return -1


@pytest.fixture
def module():
    module = ModuleType("client")
    exec(compile(SOURCE, "client", "exec"), module.__dict__)
    return module


@pytest.fixture
def references(module):
    pairs = {module.real: (module.real, replacement)}
    return list(
        find_references(module, lambda value: pairs.get(value) if callable(value) else None)
    )


def results(module):
    client = module.Client()
    return {
        module.real(),
        module.renamed(),
        *module.calls(),
        client.get(),
        client.fixed(),
        client.method(),
    }


def test_every_reference_is_replaced_and_restored(module, references):
    before = results(module)
    for each in references:
        each.replace(each.real, each.new)
    assert results(module) == {-1}
    for each in references:
        each.replace(each.new, each.real)
    assert results(module) == before


def test_there_is_one_reference_for_each_use(references):
    assert len(references) == 7


def test_a_value_that_the_client_changed_meanwhile_stays(module, references):
    for each in references:
        each.replace(each.real, each.new)
    module.real = module.Client.get = len
    module.calls.__defaults__ = (len,)
    for each in references:
        each.replace(each.new, each.real)
    assert module.real is module.Client.get is module.calls.__defaults__[0] is len


def test_what_other_modules_define_is_not_searched(module):
    module.imported = find_references
    module.Foreign = type("Foreign", (), {"__module__": "elsewhere", "get": module.real})
    found = list(find_references(module, lambda value: None))
    assert found == []
    pair = (module.real, replacement)
    holders = [
        each.holder
        for each in find_references(module, lambda value: pair if value is module.real else None)
    ]
    assert module.Foreign not in holders
