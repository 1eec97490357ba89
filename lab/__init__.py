"""The fingerprint lab: which inputs from its environment change what a coding client sends?

In the order of the folders: an *environment* gives a level to every *factor*; a
*client* runs in it in a sealed *sandbox* whose *internet* answers and records; the
*observation* becomes features; the *experiment* finds which factors change which features;
*findings* say what that means; *reports* show it.
"""

from importlib import import_module

from lab.version import __version__

TYPE_CHECKING = False  # what type checkers take for true; typing itself takes long to import
if TYPE_CHECKING:
    from lab.environment import Environment as Environment
    from lab.factors.strategies import Pair as Pair
    from lab.factors.strategies import control as control
    from lab.factors.strategies import environments as environments
    from lab.testing.comparison import Comparison as Comparison
    from lab.testing.contracts.contract import contract as contract
    from lab.testing.contracts.verdict import Verdict as Verdict
    from lab.testing.observe import observe as observe
    from lab.testing.observed import Observed as Observed
    from lab.testing.subject import Subject as Subject

__all__ = [
    "Comparison",
    "Environment",
    "Observed",
    "Pair",
    "Subject",
    "Verdict",
    "__version__",
    "contract",
    "control",
    "environments",
    "observe",
]

_MODULES = {
    "Comparison": "lab.testing.comparison",
    "Environment": "lab.environment",
    "Observed": "lab.testing.observed",
    "Pair": "lab.factors.strategies",
    "Subject": "lab.testing.subject",
    "Verdict": "lab.testing.contracts.verdict",
    "contract": "lab.testing.contracts.contract",
    "control": "lab.factors.strategies",
    "environments": "lab.factors.strategies",
    "observe": "lab.testing.observe",
}
"""Imported when first asked for, so that importing the lab costs nothing."""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
