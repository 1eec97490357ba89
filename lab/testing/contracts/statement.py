"""Statements about machines, and the machine that a statement reads.

A statement is a function of a machine, such as ``lambda machine: machine["timezone"] in ZONES``.
A machine has a level for every factor and records which factors a statement reads; the boundaries
of the statement are searched over these.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from lab.errors import UsageError
from lab.factors.registry import get_factor
from lab.suggest import nearest

__all__ = ["Machine", "Statement", "evaluate_statement"]


class Machine(Mapping[str, str]):
    """The levels of an environment, by factor.

    ``missing`` has the factors without a level, with the reason.  ``read`` is the set of factors
    that were read.
    """

    def __init__(self, levels: Mapping[str, str], missing: Mapping[str, str] | None = None) -> None:
        self._levels = levels
        self._missing = missing or {}
        self.read: set[str] = set()

    def __getitem__(self, name: str) -> str:
        """The factor's level; UsageError, with the nearest name, if there is none."""
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
            f"the statement raised {type(error).__name__}: {error}, for {levels}; "
            "it must return true or false for every machine"
        ) from error
