"""The lab's Hypothesis profiles, in a session that is about a client."""

from __future__ import annotations

import pytest
from hypothesis import settings

from lab.testing.hypothesis_profiles import load, register

__all__ = ["load_profile"]

_LAB_PROFILES = {"default": "dev", "ci": "ci"}
"""What Hypothesis takes by itself (``ci`` where it sees a build server), and what of ours."""


def load_profile(config: pytest.Config) -> None:
    """Register the profiles, and load one unless the user has chosen another."""
    current = settings.get_current_profile_name()
    register()
    if config.getoption("hypothesis_profile", None) is None and current in _LAB_PROFILES:
        load(_LAB_PROFILES[current])
