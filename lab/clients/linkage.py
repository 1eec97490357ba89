"""How a program is linked: with glibc, with musl, or statically.

The jail's clock is a library for glibc that the dynamic loader preloads.  It has no effect on a
static program, and none on a program with musl's loader.  A script counts as its interpreter.
Files are read on the host, but the paths in them are paths inside the jail, so ``mounts``
(:mod:`lab.clients.install_paths`) translate them.

Formats: the System V ABI's ELF header and program headers (``PT_INTERP`` names the loader),
and execve(2) for ``#!``.
"""

from __future__ import annotations

import os
import shutil
import struct
from pathlib import Path
from typing import Literal

from lab.clients.install_paths import Mounts, to_host_path

__all__ = ["Linkage", "detect_linkage", "find_interpreter"]

Linkage = Literal["glibc", "musl", "static", "other"]

_PT_INTERP = 3
_MAX_SCRIPT_DEPTH = 5
"""How often an interpreter may itself be a script; the limit of execve(2)."""


def detect_linkage(
    program: Path, search_path: tuple[str, ...], mounts: Mounts = ()
) -> Linkage | None:
    """How a program is linked; of a script, its interpreter.

    Args:
        program: A path on the host.
        search_path: The jail's search path, for ``#!/usr/bin/env``.
        mounts: Pairs of a host folder and its path inside the jail.

    Returns:
        ``other`` for an ELF program whose loader is neither glibc's nor musl's; None if the
        file cannot be read or has another format.
    """
    for _ in range(_MAX_SCRIPT_DEPTH):
        try:
            with program.open("rb") as file:
                head = file.read(4096)
        except OSError:
            return None
        if head.startswith(b"\x7fELF"):
            return _elf_linkage(program)
        next_program = find_interpreter(program, search_path, mounts)
        if next_program is None:
            return None
        program = next_program
    return None


def find_interpreter(
    script: Path, search_path: tuple[str, ...], mounts: Mounts = ()
) -> Path | None:
    """The interpreter that the ``#!`` line of a script names, also through ``env``.

    Args:
        script: A path on the host.
        search_path: The jail's search path, for ``#!/usr/bin/env``.
        mounts: Pairs of a host folder and its path inside the jail.

    Returns:
        A path on the host; None if the file is no script or its interpreter is missing.
    """
    try:
        with script.open("rb") as file:
            line = file.read(512).split(b"\n", 1)[0]
    except OSError:
        return None
    words = os.fsdecode(line[2:]).split() if line.startswith(b"#!") else []
    if not words:
        return None
    if os.path.basename(words[0]) != "env":
        return Path(to_host_path(words[0], mounts))
    named = [word for word in words[1:] if not word.startswith("-") and "=" not in word]
    folders = [to_host_path(folder, mounts) for folder in search_path]
    found = shutil.which(named[0], path=os.pathsep.join(folders)) if named else None
    return Path(found) if found else None


def _elf_linkage(program: Path) -> Linkage | None:
    loader = _read_loader(program)
    if loader is None:
        return None
    if loader == "":
        return "static"
    if "/ld-musl-" in loader:
        return "musl"
    return "glibc" if "/ld-linux" in loader or "/ld64" in loader else "other"


def _read_loader(program: Path) -> str | None:
    """What ``PT_INTERP`` names, an empty text where there is none, None if malformed."""
    try:
        with program.open("rb") as file:
            header = file.read(64)
            wide = header[4:5] == b"\x02"
            order = "<" if header[5:6] == b"\x01" else ">"
            if wide:
                (table,) = struct.unpack_from(order + "Q", header, 32)
                size, count = struct.unpack_from(order + "HH", header, 54)
            else:
                (table,) = struct.unpack_from(order + "I", header, 28)
                size, count = struct.unpack_from(order + "HH", header, 42)
            file.seek(table)
            entries = file.read(size * count)
            for number in range(count):
                entry = entries[number * size : (number + 1) * size]
                (kind,) = struct.unpack_from(order + "I", entry)
                if kind != _PT_INTERP:
                    continue
                if wide:
                    offset, length = struct.unpack_from(order + "Q16xQ", entry, 8)
                else:
                    offset, length = struct.unpack_from(order + "I8xI", entry, 4)
                file.seek(offset)
                return os.fsdecode(file.read(min(length, 4096)).rstrip(b"\0"))
    except (OSError, ValueError, struct.error):  # ValueError: an offset beyond any file
        return None
    return ""
