"""The pytest plugin: options, markers, fixtures and hooks.

pytest loads this module in every session on a machine where the lab is installed.  It declares
options (each also as an ini key), markers and fixtures, and its hooks do nothing until a test uses
the lab; nothing else of the lab is imported before.  :mod:`lab.pytest_plugin` does the work.

The entry point has the name of this module, ``lab.plugin``, so that ``pytest_plugins`` and
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
    ("factors", "A,B,…", "string", "factors that combining scenarios vary (default: all)"),
    ("seed", "N", "string", "seed of every random choice (default: 0)"),
    ("max-time", "SECONDS", "string", "start no trial of an audit after this time"),
    (
        "jobs",
        "N",
        "string",
        "trials at a time in each process; auto: by its share of the processors",
    ),
    ("out", "DIR", "string", "folder for the trials and reports of this session"),
    ("resume", None, "bool", "go on with a session that was stopped; no trial is repeated"),
    ("baseline", "FILE", "string", "a report.json whose signals are accepted"),
    ("policy", "FILE", "string", "a TOML file of allowed and forbidden signals"),
    ("require", None, "bool", "fail instead of skip where something could not be measured"),
)
"""Name, metavar (None: a switch), type, meaning; ``--lab-NAME``, in ini files ``lab_name``."""

PROFILES = ("dev", "ci", "audit")
"""The lab's profiles for Hypothesis: :mod:`lab.testing.hypothesis_profiles`."""

MARKERS = (
    "lab: set on every test that uses a fixture of the lab; -m 'not lab' leaves them out",
    "lab_needs(*factors): skip where one of these factors cannot be varied for the client",
    "lab_long: takes long; started first where tests run in several processes",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options of the lab, each also as an ini key."""
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
    """Register the markers; where a client is named, check the options.

    Runs first, so that the profiles are registered when Hypothesis loads one.
    """
    for line in MARKERS:
        config.addinivalue_line("markers", line)
    config.pluginmanager.register(_Listener(config), "lab.plugin listener")
    is_controller = config.getoption("dist", "no") != "no" and not hasattr(config, "workerinput")
    chosen = config.getoption("hypothesis_profile", None) in PROFILES
    if chosen or (is_client_named(config) and not is_controller):
        from lab.pytest_plugin.settings import load_hypothesis_profile

        load_hypothesis_profile(config)
    if is_client_named(config):
        get_session(config).check_settings()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Close the cells."""
    if (session := _find_session(config)) is not None:
        session.close()


def is_client_named(config: pytest.Config) -> bool:
    """Whether the user names a client."""
    return bool(config.getoption("lab_client") or config.getini("lab_client"))


def get_session(config: pytest.Config) -> PluginSession:
    """The lab's state of this session, made at the first call."""
    session = _find_session(config)
    if session is None:
        from lab.pytest_plugin.plugin_session import PluginSession

        session = config.stash[_SESSION] = PluginSession(config)
    return session


# --- fixtures -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def lab_audit(pytestconfig: pytest.Config) -> AuditFixture:
    """``lab_audit("timezone", "locale")``: the report of an audit that varies these factors."""
    return get_session(pytestconfig).audit_fixture


@pytest.fixture(scope="session")
def lab_observe(pytestconfig: pytest.Config) -> ObserveFixture:
    """``lab_observe(timezone="Asia/Tokyo")``: what the client sends in one environment."""
    return get_session(pytestconfig).observe_fixture


_FIXTURES = {"lab_audit", "lab_observe"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark tests that use the lab; in one of several processes, start long ones first."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("lab_long") is None)
    for item in items:
        if not _FIXTURES.isdisjoint(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.lab)


# --- one test ---------------------------------------------------------


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which test runs; skip it where its factors cannot be varied for the client."""
    if (notes := sys.modules.get("lab.testing.failure_note")) is not None:
        notes.begin_test()
    needs = [str(name) for mark in item.iter_markers("lab_needs") for name in mark.args]
    if needs or is_client_named(item.config):
        get_session(item.config).begin_test(item, needs)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Skip a test that could not measure anything, with the reason."""
    try:
        yield
    except Exception as error:
        if "lab.testing.subject" in sys.modules:
            from lab.pytest_plugin.skip_reasons import explain_unmeasured

            if (why := explain_unmeasured(error)) is not None:
                get_session(item.config).resources.skip(why)
        raise


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the explanation of a comparison or contract to the report of the failed test."""
    report = yield
    notes = sys.modules.get("lab.testing.failure_note")
    if notes is not None and report.failed and call.when != "teardown":
        try:
            note = notes.get_note()
        except Exception as error:  # noqa: BLE001 - reported below; the session goes on
            note = f"no explanation: {type(error).__name__}: {error}"
        if note is not None:
            report.sections.append(("fingerprint lab", note))
    return report


class _Listener:
    """Receives the report of every test, from all processes."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note which audits a test used."""
        if any(name.startswith("lab_") for name, _ in report.user_properties):
            get_session(self._config).record_audits(report)


def pytest_report_header(config: pytest.Config) -> str | None:
    """Client, sandbox and seed, where a client is named."""
    return get_session(config).format_header() if is_client_named(config) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Every signal, covert ones first, with the commands that reproduce it."""
    if (session := _find_session(terminalreporter.config)) is not None:
        session.print_summary(terminalreporter)


def _find_session(config: pytest.Config) -> PluginSession | None:
    return config.stash.get(_SESSION, None)


# --- several processes (pytest-xdist) -------------------------------------------------------


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send a worker the folder of the session, so that all processes share its trials."""
    if is_client_named(node.config):
        get_session(node.config).share_folder(node.workerinput)


_SESSION = pytest.StashKey["PluginSession"]()
