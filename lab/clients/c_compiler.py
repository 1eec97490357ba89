"""Clients that are one file of C: compiled once per version of the source.

The folder of the result is named by a digest of the command, the source and the headers beside
it, so an existing result is current.  The program is written under another name and renamed, so
two labs can compile at the same time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from lab.clients.package_registries import SYSTEM_PATH
from lab.errors import ClientError, MachineError

__all__ = ["compile_source", "find_compiler"]

OPTIONS = ("-std=gnu11", "-O1")
_TIMEOUT_S = 120.0


def find_compiler() -> str | None:
    """The path of this machine's C compiler, or None."""
    path = os.pathsep.join(SYSTEM_PATH)
    return shutil.which("cc", path=path) or shutil.which("gcc", path=path)


def compile_source(source: Path, cache: Path) -> Path:
    """Compile ``source`` into a folder of its own below ``cache``.

    Returns:
        The path of the program, which is the only file in its folder.

    Raises:
        MachineError: There is no C compiler.
        ClientError: The source cannot be compiled.
    """
    command = find_compiler()
    if command is None:
        raise MachineError(f"{source.name} is in C, and there is no C compiler; install gcc")
    folder = cache / _digest(source, command)
    program = folder / source.stem
    if program.exists():
        return program
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache) as beside:
        made = Path(beside) / source.stem
        done = subprocess.run(
            [command, *OPTIONS, "-o", made, source],
            capture_output=True,
            text=True,
            check=False,
            timeout=_TIMEOUT_S,
        )
        if done.returncode != 0:
            first = done.stderr.strip().partition("\n")[0]
            raise ClientError(f"{source} cannot be compiled: {first}")
        made.chmod(0o755)
        os.replace(made, program)
    return program


def _digest(source: Path, command: str) -> str:
    digest = hashlib.sha256("\0".join((command, *OPTIONS, source.name)).encode())
    for file in (source, *sorted(source.parent.glob("*.h"))):
        digest.update(f"\0{file.name}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]
