"""On a machine that lacks something: one line that names it, and exit code 4."""

import msgspec
import pytest

from lab.cli.main import main
from lab.clients.digest import tree_digest, tree_stamp
from lab.clients.install_cache import Installation
from lab.sandbox.cell import cell

TOOLS = ("unshare", "ip", "nft", "bwrap")


@pytest.fixture
def home(tmp_path):
    """A lab's folder in which pi is installed already."""
    folder = tmp_path / "clients" / "pi" / "1.0.0"
    script = folder / "node_modules/@mariozechner/pi-coding-agent/dist/cli.js"
    script.parent.mkdir(parents=True)
    script.write_text("#!/usr/bin/env node\n")
    script.chmod(0o755)
    package = "npm @mariozechner/pi-coding-agent"
    digest, stamp = tree_digest(folder), tree_stamp(folder)
    record = Installation("pi", "1.0.0", package, (), digest, stamp, latest=False)
    folder.with_name("1.0.0.json").write_bytes(msgspec.json.encode(record))
    return tmp_path


@pytest.mark.parametrize("absent", TOOLS)
def test_without_a_program_it_is_named(home, absent, monkeypatch, capsys):
    programs = home / "bin"
    programs.mkdir()
    for name in set(TOOLS) - {absent}:
        (programs / name).touch(0o755)
    monkeypatch.setattr(cell, "SEARCH_PATH", str(programs))
    assert main(["run", "pi@1.0.0", "--home", str(home)]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"lab: error: the program {absent} is missing, without which no cell can be made; "
        "get it with: lab doctor --install\n"
    )
