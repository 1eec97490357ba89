"""A claim: the machines to which it applies, and what violates it.

Every statement of a contract becomes a claim, so that one search for counterexamples
(:mod:`lab.testing.contracts.counterexample_search`) and one estimate of the violation rate
(:mod:`lab.testing.contracts.violation_rate`) serve all of them.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable, Mapping, Sequence

import msgspec

from lab.environment import Environment
from lab.testing.contracts.statement import Machine, Statement, evaluate_statement

__all__ = ["Claim", "source_text"]

_MAX_SOURCE = 120


class Claim(msgspec.Struct, frozen=True):
    """A claim about the machines for which ``statement`` returns ``expected``.

    ``is_violated(environment, replicate)`` runs the trials that it needs and returns whether the
    claim is violated; None if a trial gave no answer.
    """

    name: str
    """As the user wrote it: ``silent_unless(lambda machine: …)``."""
    statement: Statement
    expected: bool
    is_violated: Callable[[Environment, int], bool | None]
    violation: str
    """What the client does that it should not: ``fires where the statement does not hold``."""
    rate_name: str
    """The name of the violation rate: ``false positives``."""
    among: str
    """The machines that are the base of the rate: ``machines for which the statement holds``."""
    fixed: Mapping[str, str] = {}
    """Levels that do not vary."""
    missing: Mapping[str, str] = {}
    """Factors that are not varied, with the reason."""
    deterministic: bool = False
    """Whether ``is_violated`` accounts for noise itself, so that replicates add nothing."""
    describe: Callable[[Environment], Sequence[str]] = lambda environment: ()
    """Returns further lines about a counterexample."""

    def applies_to(self, environment: Environment) -> bool:
        """Whether the claim applies to this environment; runs no trial."""
        return (
            evaluate_statement(self.statement, Machine(environment.mapping, self.missing))
            == self.expected
        )


def source_text(function: Callable[..., object]) -> str:
    """The function's name; for a lambda its source, on one line and truncated."""
    name = getattr(function, "__name__", type(function).__name__)
    if name != "<lambda>":
        return name
    text = re.sub(r"\s+", " ", _find_lambda_source(function) or name)
    return text if len(text) <= _MAX_SOURCE else f"{text[: _MAX_SOURCE - 1]}…"


def _find_lambda_source(function: Callable[..., object]) -> str | None:
    """The lambda's source text; None if it is not available or ambiguous."""
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
