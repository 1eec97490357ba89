"""The pytest face of the lab: the same engine, asked by test functions.

This module is what pytest loads, in every session on a machine where the lab is installed,
so it declares and delegates: options with their ini twins, markers, fixtures, and hooks that
do nothing until a test asks the lab something.  Nothing else of the lab is imported before.
What happens then is told in :mod:`lab.pytest_plugin`.

The entry point has this module's own name, ``lab.plugin``, so that ``pytest_plugins`` and
``-p lab.plugin`` name the same plugin, and pytest loads it once however often it is named.
"""

from __future__ import annotations

import sys
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from lab.pytest_plugin.audit_fixture import AuditFixture
    from lab.pytest_plugin.observe_fixture import ObserveFixture
    from lab.pytest_plugin.plugin_session import PluginSession

__all__ = ["OPTIONS"]

OPTIONS: tuple[tuple[str, str | None, Literal["string", "bool"], str], ...] = (
    ("client", "CLIENT", "string", "the client: NAME, NAME@VERSION, ./mine.toml or '-- PROGRAM …'"),
    ("factors", "A,B,…", "string", "what scenarios vary that combine factors (default: all)"),
    ("seed", "N", "string", "of every random choice (default: 0)"),
    ("max-time", "SECONDS", "string", "begin no trial of an audit after this time"),
    ("jobs", "N", "string", "trials at a time in each process; auto: the processors' share"),
    ("out", "DIR", "string", "folder of this session's trials and reports"),
    ("resume", None, "bool", "go on with a session that was stopped, without repeating trials"),
    ("baseline", "FILE", "string", "report.json or session.json whose signals are accepted"),
    ("policy", "FILE", "string", "a policy (TOML): which signals are allowed, which forbidden"),
    ("require", None, "bool", "fail, not skip, where something could not be measured"),
)
"""Name, metavar (None: a switch), type, meaning; ``--lab-NAME``, in ini files ``lab_name``."""

PROFILES = ("dev", "ci", "audit")
"""The lab's profiles for Hypothesis: :mod:`lab.testing.hypothesis_profiles`."""

MARKERS = (
    "lab: asks the lab; every test that uses its fixtures has it, so -m 'not lab' leaves them out",
    "lab_needs(*factors): skip where one of these factors does not reach the client",
    "lab_long: takes long; where tests run in several processes, it is among the first",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the lab's options, each with an ini twin."""
    group = parser.getgroup("fingerprint lab")
    for name, metavar, kind, meaning in OPTIONS:
        flag, key = f"--lab-{name}", f"lab_{name.replace('-', '_')}"
        if metavar is None:
            group.addoption(flag, action="store_true", default=None, help=meaning)
        else:
            group.addoption(flag, metavar=metavar, help=meaning)
        parser.addini(key, meaning, type=kind, default=None)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register the markers; where a client is named, check what else the user asked for.

    First of all, so that Hypothesis finds the lab's profiles where it is told to load one.
    """
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    config.pluginmanager.register(_Listener(config), "lab.plugin listener")
    controls = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    chosen = config.getoption("hypothesis_profile", None) in PROFILES
    if chosen or (is_client_named(config) and not controls):
        from lab.pytest_plugin.hypothesis_profile_option import load_profile

        load_profile(config)
    if is_client_named(config):
        get_session(config).prepare()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the cells."""
    if (here := _find_session(config)) is not None:
        here.close()


def is_client_named(config: pytest.Config) -> bool:
    """Whether the user names a client."""
    return bool(config.getoption("lab_client") or config.getini("lab_client"))


def get_session(config: pytest.Config) -> PluginSession:
    """What the lab remembers of this session, made when first asked for."""
    here = config.stash.get(_SESSION, None)
    if here is None:
        from lab.pytest_plugin.plugin_session import PluginSession

        here = config.stash[_SESSION] = PluginSession(config)
    return here


# --- fixtures -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def lab_audit(pytestconfig: pytest.Config) -> AuditFixture:
    """``lab_audit("timezone", "locale")``: the report of an audit that varies these factors."""
    return get_session(pytestconfig).audits


@pytest.fixture(scope="session")
def lab_observe(pytestconfig: pytest.Config) -> ObserveFixture:
    """``lab_observe(timezone="Asia/Tokyo")``: what the client sends in one environment."""
    return get_session(pytestconfig).observing


_FIXTURES = {"lab_audit", "lab_observe"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what asks the lab; in one of several processes, begin with what takes long."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("lab_long") is None)
    for item in items:
        if not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.lab)


# --- what a test is told, and tells ---------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which test asks from now on; skip it where its factors do not reach the client."""
    if (told := sys.modules.get("lab.testing.failure_note")) is not None:
        told.forget()
    needs = [str(name) for mark in item.iter_markers("lab_needs") for name in mark.args]
    if needs or is_client_named(item.config):
        get_session(item.config).begin(item, needs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Skip a test that could observe nothing, with the reason."""
    try:
        yield
    except Exception as error:
        if "lab.testing.subject" in sys.modules:
            from lab.pytest_plugin.skip_reasons import explain_unmeasured

            if (why := explain_unmeasured(error)) is not None:
                get_session(item.config).skip(why)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """What a comparison or a contract had to say goes into the report of the failed test."""
    report = yield
    told = sys.modules.get("lab.testing.failure_note")
    if told is not None and report.failed and call.when != "teardown":
        try:
            note = told.last()
        except Exception as error:  # noqa: BLE001 - told in the report; the session goes on
            note = f"this could not be told: {type(error).__name__}: {error}"
        if note is not None:
            report.sections.append(("fingerprint lab", note))
    return report


class _Listener:
    """Hears of every test, in whichever process it ran."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which audits a test was about."""
        if any(name.startswith("lab_") for name, _ in report.user_properties):
            get_session(self._config).note(report)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Client, sandbox and seed, where a client is named."""
    return get_session(config).header() if is_client_named(config) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every signal, covert ones first, with the commands that repeat it."""
    if (here := _find_session(terminalreporter.config)) is not None:
        here.summary(terminalreporter)


def _find_session(config: pytest.Config) -> PluginSession | None:
    return config.stash.get(_SESSION, None)


# --- several processes (pytest-xdist) -------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker where this session's trials are, so that all share them."""
    if is_client_named(node.config):
        get_session(node.config).share(node.workerinput)


_SESSION = pytest.StashKey["PluginSession"]()
