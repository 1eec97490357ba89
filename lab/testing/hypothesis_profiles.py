"""Hypothesis profiles for tests whose examples are trials of a client.

``dev``
    A few examples, for interactive use.
``ci``
    More examples, the same in every run; no example database.
``audit``
    Enough examples to vary most factors.

An example takes two or more trials, each up to several seconds.  Therefore no example has a
deadline, and the health check for slow examples is off.  The explain phase is left out: it runs
dozens of further examples to find which values do not matter, and the minimal pair shows that.

The pytest plugin changes Hypothesis only for test runs that use the lab.  It calls
:func:`register` when a client is named (``--lab-client``) or one of these profiles is requested
(``--hypothesis-profile audit``), before Hypothesis' own plugin loads the requested profile.  It
calls :func:`load` if no profile is requested, so that the default deadline of 200 ms does not
stop the first trial.  If Hypothesis is not imported, nothing is registered yet.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

__all__ = ["NAMES", "load", "register"]

NAMES = ("dev", "ci", "audit")

_EXAMPLES = {"dev": 10, "ci": 30, "audit": 200}

_PHASES = tuple(phase for phase in Phase if phase is not Phase.explain)


def register() -> None:
    """Register the profiles with Hypothesis, replacing those of the same name."""
    default = settings.get_profile("default")
    for name in NAMES:
        profile = settings(
            default,
            max_examples=_EXAMPLES[name],
            deadline=None,
            print_blob=True,
            phases=_PHASES,
            suppress_health_check=[HealthCheck.too_slow],
        )
        if name == "ci":
            profile = settings(profile, derandomize=True, database=None)
        settings.register_profile(name, profile)


def load(name: str = "dev") -> None:
    """Load a profile as the default; a test's own ``@settings`` still take precedence.

    Raises:
        ValueError: There is no such profile.
    """
    if name not in NAMES:
        raise ValueError(f"there are the profiles {', '.join(NAMES)}, not {name!r}")
    settings.load_profile(name)
