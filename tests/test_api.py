"""The package's public names: documented, their examples true, and nothing imported for them."""

from __future__ import annotations

import ast
import doctest
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import lab

PLAIN = sorted(set(lab.__all__) - {"__version__"})
HEAVY = ("hypothesis", "numpy", "pytest", "rich", "cryptography", "msgspec")


@pytest.mark.parametrize("name", PLAIN)
def test_a_public_name_has_an_example_that_holds(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    thing = getattr(lab, name)
    text = inspect.getdoc(thing) or ""
    example = doctest.DocTestParser().get_doctest(text, {"lab": lab}, name, None, 0)
    assert example.examples, f"lab.{name} has no example"
    said: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    ran = doctest.DocTestRunner(optionflags=flags, verbose=False).run(example, out=said.append)
    assert not ran.failed, "".join(said)


def test_public_names_are_typed_and_come_from_where_they_are_defined():
    tree = ast.parse(Path(lab.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.name: statement.module
        for branch in tree.body
        if isinstance(branch, ast.If)
        for statement in branch.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    assert typed == lab._MODULES
    assert set(typed) == set(PLAIN)
    for name, home in typed.items():
        assert getattr(lab, name) is getattr(importlib.import_module(home), name)
    assert set(lab.__all__) <= set(dir(lab))


def test_importing_the_lab_imports_nothing_that_takes_long():
    program = f"import sys, lab; print([name for name in {HEAVY} if name in sys.modules])"
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert ran.stdout.strip() == "[]"


def test_there_is_no_other_name():
    with pytest.raises(AttributeError, match="has no attribute 'obseve'"):
        lab.obseve  # noqa: B018
