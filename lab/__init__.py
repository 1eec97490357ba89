"""The fingerprint lab: what does a coding client learn about its machine, and tell?

The story in the order of the folders: an *environment* gives a level to every *factor*; a
*client* runs in it in a sealed *sandbox* whose *internet* answers and records; the
*observation* becomes features; the *experiment* finds which factors change which features;
*findings* say what that means; *reports* show it.
"""

from importlib import import_module

TYPE_CHECKING = False  # what type checkers take for true; typing itself takes long to import
if TYPE_CHECKING:
    from lab.environment import Environment as Environment
    from lab.factors.generation import Pair as Pair
    from lab.factors.generation import control as control
    from lab.factors.generation import environments as environments

__version__ = "0.1.0"
__all__ = ["Environment", "Pair", "__version__", "control", "environments"]

_HOMES = {
    "Environment": "lab.environment",
    "Pair": "lab.factors.generation",
    "control": "lab.factors.generation",
    "environments": "lab.factors.generation",
}
"""Imported when first asked for, so that importing the lab costs nothing."""


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
