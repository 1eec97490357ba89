"""Whom the scenarios ask about where nobody names a client: the lab's own specimen.

With the specimen the scenarios show what they do, on any machine, without a network.  Five
things are planted in it (``specimen/specimen.py`` says which), and the scenarios that find one
are expected to fail: such a run is green if the lab finds all that is planted, and nothing
else.  ``--runxfail`` lets them fail as they would on a client of yours.
"""

from pathlib import Path

import pytest

SPECIMEN = Path(__file__).parent / "specimen" / "specimen.toml"

PLANTED = {
    "test_the_time_zone_alone": "the apostrophe of a date depends on the time zone",
    "test_nobody_is_told_who_you_are": "a report has a hash of the host name",
    "test_nothing_is_sent_before_the_first_question": "a report is sent before the question",
    "test_nothing_goes_past_the_proxy": "a report goes past the proxy",
    "test_all_combinations": "the apostrophe of a date depends on the time zone",
}
"""The scenarios that find something in the specimen, and what."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Ask about the specimen where nobody names a client."""
    if not config.getoption("lab_client") and not config.getini("lab_client"):
        config.option.lab_client = _relative(SPECIMEN)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect what is planted to be found."""
    if config.getoption("lab_client") != _relative(SPECIMEN):
        return
    from lab.pytest_plugin.audit_fixture import SignalFound

    for item in items:
        reason = PLANTED.get(getattr(item, "originalname", item.name))
        if reason is not None and Path(__file__).parent in item.path.parents:
            # A run that could not be made fails otherwise, and is no finding.
            reason = f"planted in the specimen: {reason}"
            item.add_marker(pytest.mark.xfail(raises=(AssertionError, SignalFound), reason=reason))


def _relative(file: Path) -> str:
    """As the user would type it."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
