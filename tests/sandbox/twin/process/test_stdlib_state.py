"""A trial's interpreter is as new, and the test's own is left alone."""

from __future__ import annotations

import logging
import random
import sys
import urllib.request
import warnings

import pytest

from lab.environment import Environment
from lab.sandbox.twin import Twin

NOTHING = Environment.of({})


def test_modules_of_the_clients_own_are_imported_anew(home, tmp_path):
    (tmp_path / "own_module.py").write_text("import colorsys\nCOUNT = [0]\n")

    def use():
        sys.path.insert(0, str(tmp_path))
        import own_module  # type: ignore[import-not-found]

        own_module.COUNT[0] += 1
        print(own_module.COUNT[0])

    with Twin(use, home=home) as twin:
        assert [twin.observe(NOTHING).exit.stdout for _ in range(2)] == [b"1\n", b"1\n"]
    assert "own_module" not in sys.modules
    assert "colorsys" in sys.modules  # came with the interpreter
    assert str(tmp_path) not in sys.path


def test_chance_is_not_the_tests_seed(home):
    random.seed(1)
    state = random.getstate()
    with Twin(lambda: print(random.random()), home=home) as twin:
        drawn = {twin.observe(NOTHING).exit.stdout for _ in range(3)}
    assert len(drawn) == 3
    assert random.getstate() == state


def test_warnings_are_pythons_own(observe):
    def warn():
        warnings.warn("not shown", DeprecationWarning, stacklevel=1)
        warnings.warn("not shown", ResourceWarning, stacklevel=1)
        return [each[0] for each in warnings.filters]

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        filters = list(warnings.filters)
        assert observe.result_of(warn) == ["default", "ignore", "ignore", "ignore", "ignore"]
        assert list(warnings.filters) == filters


def test_logging_begins_without_handlers(observe, caplog):
    def log():
        logging.getLogger("client").warning("to nobody")
        logging.basicConfig(format="%(message)s")
        logging.getLogger("client").warning("to standard error")

    handlers = list(logging.getLogger().handlers)
    end = observe(log).exit
    assert end.stderr == b"to nobody\nto standard error\n"
    assert caplog.records == []
    assert logging.getLogger().handlers == handlers


@pytest.mark.parametrize(
    ("level", "via"), [("unset", ()), ("http://proxy.example.net:3128", "proxy.example.net")]
)
def test_a_proxy_is_read_anew(observe, level, via):
    call = lambda: urllib.request.urlopen("http://a.example/", data=b"x").read()  # noqa: E731
    seen = observe(call, {"proxy": level})
    (request,) = [event for event in seen.events if type(event).__name__ == "Request"]
    assert bool(request.via) == bool(via)
