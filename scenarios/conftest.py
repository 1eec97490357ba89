"""The client of the scenarios where the user names none: the specimen of the lab.

With the specimen the scenarios run on any machine, without a network.  Five signals are planted
in it (``specimen/specimen.py`` lists them).  A scenario that finds one says so in ``PLANTED``,
and is expected to fail: such a run is green if the lab finds everything that is planted, and
nothing else.  ``--runxfail`` lets these scenarios fail as they would on another client.
"""

from pathlib import Path

import pytest

SPECIMEN = Path(__file__).parent / "specimen" / "specimen.toml"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Run the specimen where the user names no client."""
    if not config.getoption("lab_client") and not config.getini("lab_client"):
        config.option.lab_client = _relative(SPECIMEN)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Expect failures for what is planted in the specimen."""
    if config.getoption("lab_client") != _relative(SPECIMEN):
        return
    from lab.pytest_plugin.audit_fixture import SignalFound

    for item in items:
        planted = getattr(getattr(item, "module", None), "PLANTED", None)
        if planted is not None and Path(__file__).parent in item.path.parents:
            # A run that could not be made fails with another exception, and is no finding.
            reason = f"planted in the specimen: {planted}"
            item.add_marker(pytest.mark.xfail(raises=(AssertionError, SignalFound), reason=reason))


def _relative(file: Path) -> str:
    """The path as the user would type it."""
    here = Path.cwd()
    return str(file.relative_to(here)) if file.is_relative_to(here) else str(file)
