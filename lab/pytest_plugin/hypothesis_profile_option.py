"""The lab's Hypothesis profiles, in a session that is about a client."""

from __future__ import annotations

import pytest
from hypothesis import settings

from lab.testing.hypothesis_profiles import load, register

__all__ = ["prepare"]

_OF_HYPOTHESIS = {"default": "dev", "ci": "ci"}
"""What Hypothesis takes by itself (``ci`` where it sees a build server), and what of ours."""


def prepare(config: pytest.Config) -> None:
    """Register the profiles, and load one unless the user has chosen another."""
    current = settings.get_current_profile_name()
    register()
    if config.getoption("hypothesis_profile", None) is None and current in _OF_HYPOTHESIS:
        load(_OF_HYPOTHESIS[current])
