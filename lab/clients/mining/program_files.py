"""The client's own programs and scripts, among all files that its jail contains.

These are the files in the client's command and in its folders.  Interpreters, their standard
libraries and npm are not the client's own; packages installed beside them are.  Links are not
followed, so no file outside of the folders is included.

The kind of a program follows from the name of its file, or else from its first bytes.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from typing import Literal

from lab.clients.digest import EXCLUDED_NAMES
from lab.clients.install_paths import to_host_path
from lab.clients.profile import Client

__all__ = ["ProgramKind", "classify_program", "list_program_files"]

ProgramKind = Literal["compiled", "script", "shell"]

_JAVASCRIPT = (".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx")
_SCRIPTS = (*_JAVASCRIPT, ".py", ".pyw", ".rb", ".pl", ".pm", ".php", ".lua")
_SHELLS = (".sh", ".bash", ".zsh", ".ksh", ".fish")
_COMPILED = (".node", ".so")
_NO_CODE = (".d.ts", ".d.mts", ".d.cts")

_SHELL_LINE = re.compile(rb"#![^\n]{0,200}\b(?:ba|da|z|k|fi)?sh\b")
_INTERPRETERS = re.compile(
    r"(?:node|nodejs|bun|deno|python|pypy|ruby|perl|php|lua|luajit|java|busybox|env"
    r"|(?:ba|da|z|k|fi)?sh)[0-9.]*(?:-[0-9.]+)?"
)
_PYTHON_LIBRARY = re.compile(r".*/lib(?:32|64)?/(?:python|pypy)\d+(?:\.\d+)?t?")
"""A Python's standard library; only these folders in it hold other packages."""
_PACKAGES = ("site-packages", "dist-packages")
_NODE_TOOLS = ("corepack", "npm")


def list_program_files(client: Client) -> Iterator[str]:
    """Host paths of files that may be programs, each file once, in a fixed order.

    Files that the command names come first, then folder by folder.
    """
    seen: set[tuple[int, int]] = set()
    for path in _candidates(client):
        try:
            status = os.lstat(path)
        except OSError:
            continue  # deleted since its folder was listed, or not a valid name
        identity = (status.st_dev, status.st_ino)
        if stat.S_ISREG(status.st_mode) and status.st_size and identity not in seen:
            seen.add(identity)
            if _may_be_program(path, status.st_mode):
                yield path


def classify_program(path: str, head: bytes) -> ProgramKind | None:
    """The kind of a program; None for an interpreter, and for a file that is no program."""
    name = os.path.basename(path)
    if head.startswith(b"\x7fELF"):
        return None if _INTERPRETERS.fullmatch(name) else "compiled"
    if name.endswith(_SHELLS) or _SHELL_LINE.match(head):
        return "shell"
    return "script" if name.endswith(_SCRIPTS) or head.startswith(b"#!") else None


def _candidates(client: Client) -> Iterator[str]:
    for word in client.program:
        if word.startswith("/") and "\0" not in word:
            yield os.path.realpath(to_host_path(word, client.mounts))
    hidden = {os.path.realpath(folder) for folder in client.hidden_folders}
    for top in (*(here for here, _ in client.mounts), *client.readable):
        root = os.path.realpath(top)
        yield root
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(
                name
                for name in folders
                if _is_client_part(folder, name) and os.path.join(folder, name) not in hidden
            )
            if not _PYTHON_LIBRARY.fullmatch(folder):
                yield from (os.path.join(folder, name) for name in sorted(names))


def _is_client_part(folder: str, name: str) -> bool:
    """Whether an entry of a folder is the client's, not an interpreter's or a tool's."""
    if _PYTHON_LIBRARY.fullmatch(folder):
        return name in _PACKAGES
    if name in _NODE_TOOLS and folder.endswith("/lib/node_modules"):
        return False
    return not EXCLUDED_NAMES.fullmatch(os.fsencode(name))


def _may_be_program(path: str, mode: int) -> bool:
    name = os.path.basename(path)
    if name.endswith(_NO_CODE):
        return False
    known = name.endswith((*_SCRIPTS, *_SHELLS, *_COMPILED)) or ".so." in name
    return known or bool(mode & 0o111) or "." not in name
