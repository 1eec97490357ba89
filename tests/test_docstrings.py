"""Public functions document their parameters and the errors they raise.

A function with three parameters or more has an ``Args:`` section that names each of them; one
that raises has a ``Raises:`` section that names each exception class.  ruff checks the form of
the sections (pydocstyle, convention ``google``); this test checks that they are there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "lab"
MODULES = sorted(PACKAGE.rglob("*.py"))
WITHOUT_DOCUMENTATION = ("AssertionError", "NotImplementedError", "StopIteration")
"""Raised for mistakes in the lab itself, which no caller handles."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def public_functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Public functions of a module and public methods of its public classes, with their names."""
    for node in tree.body:
        if isinstance(node, Function) and not node.name.startswith("_"):
            yield node.name, node
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for member in node.body:
                if isinstance(member, Function) and not member.name.startswith("_"):
                    yield f"{node.name}.{member.name}", member


def parameters(function: Function) -> list[str]:
    """Names of the parameters, without ``self`` and ``cls``."""
    a = function.args
    every = [*a.posonlyargs, *a.args, *a.kwonlyargs, *filter(None, (a.vararg, a.kwarg))]
    return [p.arg for p in every if p.arg not in ("self", "cls")]


def raised(function: Function) -> set[str]:
    """Names of the exception classes that the function's own body raises."""
    found: set[str] = set()
    pending: list[ast.AST] = list(function.body)
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = ast.unparse(node.exc.func).rpartition(".")[2]
            if name[:1].isupper() and name not in WITHOUT_DOCUMENTATION:
                found.add(name)
        pending += ast.iter_child_nodes(node)
    return found


def section(documentation: str, title: str) -> str:
    """The text of a section of a docstring, empty where there is none."""
    match = re.search(rf"^{title}:\n((?:[ \t]+.*\n?|\n)+)", documentation, re.M)
    return match[1] if match else ""


def is_override(function: Function) -> bool:
    """Whether another definition documents the function: an interface, or its implementation."""
    return any(ast.unparse(d).endswith(("override", "overload")) for d in function.decorator_list)


def complaints(module: Path) -> Iterator[str]:
    """What is not documented in a module, one line each."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    for name, function in public_functions(tree):
        documentation = ast.get_docstring(function) or ""
        arguments, errors = section(documentation, "Args"), section(documentation, "Raises")
        place = f"{module.relative_to(ROOT)}:{function.lineno} {name}"
        names = parameters(function)
        if len(names) >= 3 and not is_override(function):
            missing = [n for n in names if not re.search(rf"^ *\**{n}\b.*:", arguments, re.M)]
            if missing:
                yield f"{place}: Args does not name {', '.join(missing)}"
        missing = sorted(e for e in raised(function) if e not in errors)
        if missing:
            yield f"{place}: Raises does not name {', '.join(missing)}"


@pytest.mark.parametrize("module", MODULES, ids=lambda m: str(m.relative_to(PACKAGE)))
def test_public_functions_document_their_parameters_and_errors(module: Path) -> None:
    assert not list(complaints(module))
