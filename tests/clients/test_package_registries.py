"""npm and pip are called without scripts, and their failures are one line each."""

import json
import subprocess
from pathlib import Path

import pytest

from lab.clients import package_registries as module
from lab.errors import ClientError, MachineError


class Tool:
    """Stands for npm and pip: records the calls and answers with a fixed output."""

    def __init__(self, stdout: str = "", stderr: str = "", code: int = 0) -> None:
        self.calls: list[list[str]] = []
        self.done = subprocess.CompletedProcess([], code, stdout, stderr)

    def __call__(self, command, **options):
        self.calls.append([str(word) for word in command])
        return self.done


@pytest.fixture
def run(monkeypatch):
    def replace(tool: Tool) -> Tool:
        monkeypatch.setattr(module.subprocess, "run", tool)
        monkeypatch.setattr(module.shutil, "which", lambda name, path=None: f"/usr/bin/{name}")
        return tool

    return replace


@pytest.mark.parametrize("version", ["1.2.3", "1.2.3-beta.1", "1.2.3+build"])
def test_an_exact_version_needs_no_registry(run, version):
    tool = run(Tool())
    assert module.resolve_npm_version("probe", version) == version
    assert tool.calls == []


@pytest.mark.parametrize(
    ("output", "version"), [('"2.0.0"', "2.0.0"), ('["1.0.0", "1.1.0"]', "1.1.0")]
)
def test_a_word_or_range_is_resolved_by_npm(run, output, version):
    tool = run(Tool(output))
    assert module.resolve_npm_version("probe", "^1") == version
    assert tool.calls == [["/usr/bin/npm", "view", "probe@^1", "version", "--json"]]


def test_a_version_that_npm_does_not_know_is_one_line(run):
    run(Tool(""))
    with pytest.raises(ClientError, match="npm has no version '9' of probe"):
        module.resolve_npm_version("probe", "9")


def test_install_scripts_never_run(run, tmp_path: Path):
    (tmp_path / "node_modules").mkdir()
    tool = run(Tool())
    module.npm_install(["probe@1"], tmp_path)
    assert "--ignore-scripts" in tool.calls[0]
    tool = run(Tool(json.dumps({"install": [{"metadata": {"version": "3.1"}}]})))
    assert module.resolve_pypi_version("probe", "latest") == "3.1"
    assert all("--only-binary=:all:" in call for call in tool.calls if "install" in call)


def test_the_record_of_registries_is_deleted(run, tmp_path: Path):
    record = tmp_path / "node_modules" / ".package-lock.json"
    record.parent.mkdir()
    record.write_text("{}")
    run(Tool())
    module.npm_install(["probe@1"], tmp_path)
    assert not record.exists()


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("npm ERR! code E404\nnpm ERR! 404 Not Found\n", "npm ERR! 404 Not Found"),
        ("notice\nERROR: No matching distribution\n", "ERROR: No matching distribution"),
        ("something else\n", "something else"),
        ("", "no output"),
    ],
)
def test_a_failure_is_the_most_informative_line(run, output, line):
    run(Tool(stderr=output, code=1))
    with pytest.raises(ClientError) as raised:
        module.resolve_npm_version("probe", "latest")
    assert str(raised.value) == f"probe: npm failed: {line}"


def test_a_missing_tool_is_the_machines_failure(monkeypatch):
    monkeypatch.setattr(module.shutil, "which", lambda name, path=None: None)
    with pytest.raises(MachineError, match="npm is missing"):
        module.resolve_npm_version("probe", "latest")
