"""A claim: for which machines something is promised, and how a broken promise looks.

The five statements of a contract come down to this, so that one search tries to break them
all (:mod:`lab.testing.contracts.counterexample_search`) and one estimate says how often they are
broken (:mod:`lab.testing.contracts.violation_rate`).
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.testing.contracts.machine import Machine, Statement, evaluate_statement

__all__ = ["Claim", "source_text"]

_MAX_SOURCE = 120


class Claim(msgspec.Struct, frozen=True):
    """Something is promised of machines for which ``statement`` answers ``side``.

    ``wrong(environment, replicate)`` runs what trials it needs and says whether the promise is
    broken; None where a trial gave no answer.
    """

    name: str
    """As the user wrote it: ``silent_unless(lambda machine: …)``."""
    statement: Statement
    expected: bool
    is_violated: Callable[[Environment, int], bool | None]
    violation: str
    """What the client does that it should not: ``fires where the statement does not hold``."""
    rate_name: str
    """What the share of broken promises is called: ``false positives``."""
    among: str
    """The machines it is a share of: ``machines for which the statement does not hold``."""
    fixed: Mapping[str, str] = {}
    """Levels that do not vary."""
    missing: Mapping[str, str] = {}
    """Factors that no machine here has, and why."""
    deterministic: bool = False
    """Whether ``wrong`` deals with noise by itself, so that replicates tell nothing more."""
    describe: Callable[[Environment], Sequence[str]] = lambda environment: ()
    """Further lines about an environment that breaks it."""

    def applies_to(self, environment: Environment) -> bool:
        """Whether anything is promised of this environment; costs no trial."""
        return (
            evaluate_statement(self.statement, Machine(environment.mapping, self.missing))
            == self.expected
        )


def source_text(function: Callable[..., object]) -> str:
    """The function's name; of a lambda its text, in one line and not too long."""
    name = getattr(function, "__name__", type(function).__name__)
    if name != "<lambda>":
        return name
    text = re.sub(r"\s+", " ", _find_lambda_source(function) or name)
    return text if len(text) <= _MAX_SOURCE else f"{text[: _MAX_SOURCE - 1]}…"


def _find_lambda_source(function: Callable[..., object]) -> str | None:
    """The lambda's text in its file; None where that is not to be had, or not sure."""
    try:
        lines, _ = inspect.findsource(function)
        whole = "".join(lines)
        tree = ast.parse(whole)
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    code = function.__code__
    columns = [
        (line, column)
        for line, _, column, _ in code.co_positions()
        if line is not None and column is not None and (line, column) != (code.co_firstlineno, 0)
    ]
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Lambda)
        and columns
        and (node.body.lineno, node.body.col_offset) <= min(columns)
        and max(columns) <= (node.end_lineno or 0, node.end_col_offset or 0)
        and node.lineno == code.co_firstlineno
    ]
    innermost = max(found, key=lambda node: (node.lineno, node.col_offset), default=None)
    return None if innermost is None else ast.get_source_segment(whole, innermost)
