"""No test asserts how long something takes: a busy machine would fail it without a fault.

A test counts something instead (calls, steps, growth when the input doubles), or the measurement
moves to ``bench/``.  This check is static.  It finds an ``assert`` on an interval, which is the
difference of two readings of clocks: direct, or through names assigned in the same function.  It
does not follow values through calls.  Deadlines (``assert monotonic() < deadline``) are permitted:
they end a wait.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("test_*.py"))
CLOCKS = ("time", "monotonic", "perf_counter", "process_time", "thread_time")


def is_reading(node: ast.AST, names: frozenset[str] = frozenset()) -> bool:
    """Whether an expression is a reading of a clock: a call, or one of these names."""
    if isinstance(node, ast.Name):
        return node.id in names
    if not isinstance(node, ast.Call) or node.args:
        return False
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    return name.removesuffix("_ns") in CLOCKS


def is_interval(node: ast.AST, readings: frozenset[str]) -> bool:
    """Whether an expression is the difference of two readings."""
    return (
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Sub)
        and is_reading(node.left, readings)
        and is_reading(node.right, readings)
    )


def assigned(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a function or module assigns, each with its expression."""
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value
                elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                    pairs = zip(target.elts, node.value.elts, strict=False)
                    yield from ((t.id, v) for t, v in pairs if isinstance(t, ast.Name))


def timed_asserts(source: str) -> list[int]:
    """The lines of asserts about an interval."""
    tree = ast.parse(source)
    scopes = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    lines = set()
    for scope in (*scopes, tree):
        readings = frozenset(name for name, value in assigned(scope) if is_reading(value))
        intervals = {
            name
            for name, value in assigned(scope)
            if any(is_interval(part, readings) for part in ast.walk(value))
        }
        for node in ast.walk(scope):
            if isinstance(node, ast.Assert):
                parts = list(ast.walk(node.test))
                named = any(isinstance(part, ast.Name) and part.id in intervals for part in parts)
                if named or any(is_interval(part, readings) for part in parts):
                    lines.add(node.lineno)
    return sorted(lines)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(TESTS)))
def test_no_test_asserts_a_time(file: Path) -> None:
    assert timed_asserts(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("start = time.process_time()\nwork()\nassert time.process_time() - start < 5", [3]),
        ("a = monotonic()\nwork()\ntook = monotonic() - a\nassert took < 5, 'slow'", [4]),
        ("a, b = time.time_ns(), 1\nwork()\nassert 0 <= time.time_ns() - a <= 5", [3]),
        ("a = perf_counter()\nwork()\nms = (perf_counter() - a) * 1000\nassert ms < 9", [4]),
        ("async def test():\n    a = time.monotonic()\n    assert time.monotonic() - a < 1", [3]),
        ("deadline = time.monotonic() + 10\nassert time.monotonic() < deadline", []),
        ("before = time.time()\nassert before - 1 < file.stat().st_mtime <= time.time()", []),
        ("took = measured.wall_s\nassert took > 0", []),
    ],
)
def test_the_check_itself(source: str, lines: list[int]) -> None:
    assert timed_asserts(source) == lines
