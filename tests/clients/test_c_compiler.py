"""A file in C becomes a program, once."""

import subprocess

import pytest

from lab.clients import c_compiler as module
from lab.clients.c_compiler import compile_source, find_compiler
from lab.errors import ClientError, MachineError

needs_compiler = pytest.mark.skipif(
    find_compiler() is None, reason="this machine has no C compiler"
)


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "sources"
    folder.mkdir()
    (folder / "said.h").write_text('#define SAID "one"\n')
    file = folder / "probe.c"
    file.write_text('#include <stdio.h>\n#include "said.h"\nint main(void) { puts(SAID); }\n')
    return file


def said(program):
    return subprocess.run([program], capture_output=True, text=True, check=True).stdout


@needs_compiler
def test_the_program_runs_and_stands_alone_in_its_folder(source, tmp_path):
    program = compile_source(source, tmp_path / "cache")
    assert said(program) == "one\n"
    assert [file.name for file in program.parent.iterdir()] == ["probe"]
    assert list((tmp_path / "cache").iterdir()) == [program.parent]


@needs_compiler
def test_a_second_call_compiles_nothing(source, tmp_path, monkeypatch):
    program = compile_source(source, tmp_path / "cache")
    monkeypatch.setattr(module.subprocess, "run", None)
    assert compile_source(source, tmp_path / "cache") == program


@needs_compiler
def test_another_text_is_another_program_also_in_what_it_includes(source, tmp_path):
    before = compile_source(source, tmp_path / "cache")
    (source.parent / "said.h").write_text('#define SAID "two"\n')
    after = compile_source(source, tmp_path / "cache")
    assert (said(before), said(after)) == ("one\n", "two\n")


@needs_compiler
def test_a_fault_in_the_source_is_reported_in_one_line_and_leaves_nothing(source, tmp_path):
    source.write_text("int main(void) { return nothing; }\n")
    with pytest.raises(ClientError, match=r"probe\.c cannot be compiled: .*") as failed:
        compile_source(source, tmp_path / "cache")
    assert "\n" not in str(failed.value)
    assert not any((tmp_path / "cache").rglob("probe*"))


def test_without_a_compiler_the_machine_is_to_blame(source, tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name, path: None)
    with pytest.raises(MachineError, match="install gcc"):
        compile_source(source, tmp_path / "cache")
