"""Which of the files that a jail shows are the client's own."""

import os
from pathlib import Path

import pytest

from lab.clients.mining.program_files import classify_program, list_program_files
from lab.clients.profile import Client, Profile


def client(*program: str, readable=(), shown=(), hidden=()) -> Client:
    return Client(
        profile=Profile(name="probe", argv=program),
        version="1",
        digest="0" * 64,
        source="program",
        program=program,
        readable=tuple(map(str, readable)),
        mounts=tuple((str(here), there) for here, there in shown),
        hidden_folders=tuple(map(str, hidden)),
    )


@pytest.fixture
def folder(tmp_path):
    def plant(*names: str) -> Path:
        for name in names:
            file = tmp_path / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("x")
        return tmp_path

    return plant


def found(of: Client, root: Path) -> list[str]:
    return [os.path.relpath(path, root) for path in list_program_files(of)]


def test_the_command_s_own_file_comes_first(folder):
    root = folder("a.py", "z/tool.py", "m/b.js")
    of = client("/usr/bin/python3", str(root / "z" / "tool.py"), readable=[root])
    everything = [path for path in list_program_files(of) if not path.startswith("/usr/")]
    assert [os.path.relpath(path, root) for path in everything] == ["z/tool.py", "a.py", "m/b.js"]


def test_an_installed_client_is_found_where_the_host_has_it(folder):
    root = folder("node_modules/x/cli.js", "node_modules/x/README.md", "node_modules/x/data.json")
    of = client("/opt/x/node_modules/x/cli.js", shown=[(root, "/opt/x")])
    assert found(of, root) == ["node_modules/x/cli.js"]


def test_links_lead_nowhere(folder, tmp_path_factory):
    root = folder("a.py")
    outside = tmp_path_factory.mktemp("outside")
    (outside / "b.py").write_text("x")
    (root / "folder").symlink_to(outside)
    (root / "c.py").symlink_to(outside / "b.py")
    os.link(root / "a.py", root / "again.py")
    os.mkfifo(root / "pipe.py")
    assert found(client("x", readable=[root]), root) == ["a.py"]


def test_what_an_interpreter_brings_is_not_the_client_s(folder):
    root = folder(
        "lib/python3.11/os.py",
        "lib/python3.11/json/decoder.py",
        "lib/python3.11/site-packages/tool/main.py",
        "lib/node_modules/npm/index.js",
        "lib/node_modules/tool/index.js",
        "python3/mine.py",
    )
    assert found(client("x", readable=[root]), root) == [
        "lib/node_modules/tool/index.js",
        "lib/python3.11/site-packages/tool/main.py",
        "python3/mine.py",
    ]


def test_the_lab_s_own_folders_and_what_tools_leave_are_left_out(folder):
    root = folder("a.py", ".lab/b.py", ".git/hook", "__pycache__/a.py", "types.d.ts", "empty.py")
    (root / "empty.py").write_text("")
    assert found(client("x", readable=[root], hidden=[root / ".lab"]), root) == ["a.py"]


def test_a_program_without_a_folder(folder):
    root = folder("tool")
    assert found(client(str(root / "tool"), "{prompt}", "/no/such"), root) == ["tool"]


@pytest.mark.parametrize(
    ("name", "head", "kind"),
    [
        ("cli", b"\x7fELF\2\1", "compiled"),
        ("addon.node", b"\x7fELF\2\1", "compiled"),
        ("node", b"\x7fELF\2\1", None),
        ("python3.11", b"\x7fELF\2\1", None),
        ("bun", b"\x7fELF\2\1", None),
        ("run", b"#!/bin/sh\n", "shell"),
        ("run", b"#!/usr/bin/env bash\n", "shell"),
        ("run", b"#!/usr/bin/env node\n", "script"),
        ("node", b"#!/usr/bin/perl\n", "script"),
        ("a.sh", b"echo", "shell"),
        ("a.mjs", b"import", "script"),
        ("LICENSE", b"Apache", None),
        ("picture.so.png", b"\x89PNG", None),
    ],
)
def test_kinds(name: str, head: bytes, kind: str | None):
    assert classify_program(f"/x/{name}", head) == kind
