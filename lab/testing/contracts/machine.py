"""A machine as a statement sees it: a level for every factor, and which of them were read.

Statements are functions of a machine, such as ``lambda machine: machine["timezone"] in ZONES``.
What they read says which factors they are about, which is where their edges are looked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lab.environment import Environment
from lab.errors import UsageError
from lab.factors.registry import get_factor
from lab.suggest import nearest

__all__ = ["Machine", "Statement", "evaluate_statement"]


class Machine(Mapping[str, str]):
    """The levels of an environment, by factor.

    ``missing`` says of a factor that is not among them why it is not.  ``read`` holds the
    names that were asked for.
    """

    def __init__(self, levels: Mapping[str, str], missing: Mapping[str, str] | None = None) -> None:
        self._levels = levels
        self._missing = missing or {}
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """The factor's level; UsageError, with the nearest name, for one that is not there."""
        if name not in self._levels:
            raise UsageError(self._explain_missing(name))
        self.read.add(name)
        return self._levels[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._levels)

    def __len__(self) -> int:
        return len(self._levels)

    def __contains__(self, name: object) -> bool:
        return name in self._levels

    def __repr__(self) -> str:
        return f"Machine({dict(self._levels)})"

    def _explain_missing(self, name: str) -> str:
        if name in self._missing:
            return f"no machine here has the factor {name}: {self._missing[name]}"
        get_factor(name)  # raises for one that does not exist
        return (
            f"the factor {name} is not varied here; nearest: {nearest(name, self._levels)}, "
            f"or name it in factors="
        )


Statement = Callable[[Machine], object]


def evaluate_statement(statement: Statement, machine: Machine) -> bool:
    """Whether the statement holds for this machine.

    Raises:
        UsageError: The statement raised an error.
    """
    try:
        return bool(statement(machine))
    except UsageError:
        raise
    except Exception as error:
        levels = {name: machine[name] for name in sorted(machine.read)}
        raise UsageError(
            f"the statement raised {type(error).__name__}: {error}, asked about {levels}; "
            "it has to answer yes or no for every machine"
        ) from error


def of(environment: Environment) -> Machine:
    """The machine of an environment."""
    return Machine(environment.mapping)
