"""How long Hypothesis looks: profiles for tests whose examples are trials of a client.

``dev``
    A few examples, for whoever sits and waits.
``ci``
    More of them, the same in every run, and none remembered.
``audit``
    As many as it takes to look around in most factors.

An example costs two trials and up, each up to seconds, so that no example has a deadline and
slow ones are no sign of ill health.  The phase that explains a failure is left out: it runs
dozens of further examples to tell which values do not matter, which the minimal pair says.

Whoever uses the lab has them registered; whoever does not keeps Hypothesis as it was.  So the
pytest plugin calls :func:`register` when a client is named (``--lab-client``) or one of these
is asked for (``--hypothesis-profile audit``), before Hypothesis' own plugin loads the profile
that was asked for; and :func:`load` where none was, so that a deadline of 200 ms does not stop
the first trial.  Where Hypothesis is not imported there is nothing to register yet.
"""

from __future__ import annotations

from hypothesis import HealthCheck, Phase, settings

__all__ = ["NAMES", "load", "register"]

NAMES = ("dev", "ci", "audit")

_EXAMPLES = {"dev": 10, "ci": 30, "audit": 200}

_PHASES = tuple(phase for phase in Phase if phase is not Phase.explain)


def register() -> None:
    """Make the profiles known to Hypothesis.  Those of the same name are replaced."""
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
    """Make this the profile from now on; a test's own ``@settings`` still take precedence.

    Raises:
        ValueError: There is no such profile.
    """
    if name not in NAMES:
        raise ValueError(f"there are the profiles {', '.join(NAMES)}, not {name!r}")
    settings.load_profile(name)
