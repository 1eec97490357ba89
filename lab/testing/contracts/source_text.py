"""A function as its author wrote it, for a line that tells which statement is meant."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable

__all__ = ["source_text"]

MAX_LENGTH = 120


def source_text(function: Callable[..., object]) -> str:
    """The function's name; of a lambda its text, in one line and not too long."""
    name = getattr(function, "__name__", type(function).__name__)
    if name != "<lambda>":
        return name
    text = re.sub(r"\s+", " ", _find_lambda_source(function) or name)
    return text if len(text) <= MAX_LENGTH else f"{text[: MAX_LENGTH - 1]}…"


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
