"""The specimens' truth agrees with itself and with the files, without running any."""

from __future__ import annotations

import ast
import contextlib
import importlib
import os
import re
import subprocess
import types
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from lab.clients.c_compiler import find_compiler
from lab.factors.registry import factors
from lab.findings.report import Channel, Kind
from tests.specimens import specimen_set

SPECIMENS = specimen_set.load_all()
NODE = Path("/usr/bin/node")
HEAVY = {"asyncio", "dataclasses", "email", "http", "requests", "typing", "urllib.request", "uuid"}


def is_program(path: Path) -> bool:
    """Whether a file is a specimen's program, not shared by several and not a test."""
    return not path.name.startswith(("_", "test_")) and path.name != "specimen_set.py"


PYTHON = sorted(path for path in specimen_set.FOLDER.glob("*.py") if is_program(path))

each_specimen = pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda each: each.name)


def test_there_are_specimens_of_every_sort() -> None:
    assert len(SPECIMENS) >= 90
    kinds = Counter(each.file.suffix for each in SPECIMENS)
    assert kinds[".mjs"] >= 10
    assert kinds[".c"] >= 3
    assert kinds[".sh"] >= 2
    assert sum(each.quiet for each in SPECIMENS) >= 10
    planted = [signal for each in SPECIMENS for signal in each.expected]
    assert {signal.channel for signal in planted} == set(get_args(Channel))
    assert {signal.kind for signal in planted} == set(get_args(Kind))
    causes = {factor for signal in planted for factor in signal.cause}
    assert factors().keys() - causes == set(), "each factor needs a specimen in which it is planted"
    assert {len(signal.cause) for each in SPECIMENS for signal in each.expected} >= {1, 2, 3}


def test_names_are_unique_and_every_program_has_its_truth() -> None:
    names = [each.name for each in SPECIMENS]
    assert len(set(names)) == len(names)
    programs = {
        path.name
        for path in specimen_set.FOLDER.iterdir()
        if path.suffix in {".py", ".mjs", ".sh", ".c"} and is_program(path)
    }
    assert programs == {each.file.name for each in SPECIMENS}


@each_specimen
def test_argv_is_an_interpreter_and_the_file_of_that_name(specimen: specimen_set.Specimen) -> None:
    suffixes = {
        "/usr/bin/python3": ".py",
        "/usr/bin/node": ".mjs",
        "/usr/bin/bash": ".sh",
        "cc": ".c",
    }
    suffix = suffixes[specimen.argv[0]]
    assert specimen.file.is_file()
    assert specimen.file.is_absolute()
    assert specimen.file.name == specimen.name + suffix
    assert specimen.description


@each_specimen
def test_factors_are_known_and_include_every_cause(specimen: specimen_set.Specimen) -> None:
    assert set(specimen.factors) <= factors().keys()
    assert len(set(specimen.factors)) == len(specimen.factors)
    for signal in specimen.expected:
        assert set(signal.cause) <= set(specimen.factors)
    assert set(specimen.routes) <= set(specimen.factors)
    for signal in (*specimen.expected, *specimen.allowed):
        assert signal.cause
        assert list(signal.cause) == sorted(set(signal.cause))
        assert set(signal.cause) <= factors().keys()


@each_specimen
def test_every_audit_has_a_decoy(specimen: specimen_set.Specimen) -> None:
    """Something that does nothing is varied too, or naming every factor would be right.

    Where variables are varied, most of them are that.
    """
    causes = {factor for signal in specimen.expected for factor in signal.cause}
    assert set(specimen.factors) - causes or "variables" in specimen.factors


@each_specimen
def test_expected_signals_are_whole_and_distinct(specimen: specimen_set.Specimen) -> None:
    assert specimen.quiet == (not specimen.expected)
    identities = [(signal.cause, signal.channel, signal.host) for signal in specimen.expected]
    assert len(set(identities)) == len(identities)
    for signal in specimen.expected:
        assert (signal.host is None) == (signal.channel == "exit")
        assert signal.note
        assert not any(
            allowed.matches(signal.cause, signal.channel, signal.host, signal.kind)
            for allowed in specimen.allowed
        ), "what must be found may not also be optional"


@each_specimen
def test_expected_hosts_stand_in_the_program(specimen: specimen_set.Specimen) -> None:
    source = specimen.file.read_text(encoding="utf-8")
    indirect = {
        "api.anthropic.com": r"\bask\(|endpoint\(\)|OFFICIAL",
        "telemetry.specimen.example": r"\btell\(|TELEMETRY",
    }
    for signal in specimen.expected:
        if signal.host is not None:
            pattern = "|".join((re.escape(signal.host), indirect.get(signal.host, r"(?!)")))
            assert re.search(pattern, source), f"{specimen.name} never speaks to {signal.host}"


@pytest.mark.parametrize(
    "path", [*PYTHON, specimen_set.FOLDER / "_common.py"], ids=lambda path: path.name
)
def test_python_specimens_compile_and_import_nothing_heavy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    compile(source, str(path), "exec")
    tree = ast.parse(source)
    assert ast.get_docstring(tree), "a specimen says what it does"
    imported = {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert not imported & HEAVY
    assert not any(name.split(".")[0] == "lab" for name in imported), (
        "a specimen does not know the lab"
    )


@pytest.mark.parametrize(
    "path", sorted(specimen_set.FOLDER.glob("*.mjs")), ids=lambda path: path.name
)
@pytest.mark.skipif(not NODE.exists(), reason="this machine has no Node to parse it with")
def test_node_specimens_parse(path: Path) -> None:
    done = subprocess.run([NODE, "--check", path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "path", sorted(specimen_set.FOLDER.glob("*.sh")), ids=lambda path: path.name
)
def test_shell_specimens_parse(path: Path) -> None:
    done = subprocess.run(["bash", "-n", path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "path", sorted(specimen_set.FOLDER.glob("*.c")), ids=lambda path: path.name
)
@pytest.mark.skipif(find_compiler() is None, reason="this machine has no C compiler")
def test_specimens_in_c_compile_without_a_warning(path: Path) -> None:
    command = [find_compiler(), "-std=gnu11", "-fsyntax-only", "-Wall", "-Wextra", "-Werror", path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


HARMFUL = ("forks_away", "fills_disk", "spawns_many", "eats_memory")


@pytest.mark.parametrize("name", HARMFUL)
def test_harmful_specimens_first_ask_whether_they_are_in_a_jail(name: str) -> None:
    """Read, not run: were the question missing, running would do the damage."""
    body = ast.parse((specimen_set.FOLDER / f"{name}.py").read_text(encoding="utf-8")).body
    steps = [node for node in body[1:] if not isinstance(node, ast.Import)]
    assert ast.unparse(steps[0]) == "_common.only_in_a_jail()"


@pytest.mark.parametrize(("flag", "refuses"), [(0, True), (os.ST_RDONLY, False)])
def test_a_jail_is_known_by_its_read_only_mount(
    flag: int, refuses: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(specimen_set.FOLDER))
    common = importlib.import_module("_common")
    monkeypatch.setattr(common.os, "statvfs", lambda _: types.SimpleNamespace(f_flag=flag))
    with pytest.raises(SystemExit, match="lab only") if refuses else contextlib.nullcontext():
        common.only_in_a_jail()
