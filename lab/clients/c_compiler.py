"""A client that is a file in C: compiled by the machine's own compiler, once for each text.

The result lies in a folder named by a digest of the command and of every source beside the
file, so what is there is what these sources mean, and a second call costs a few reads.  It
is written under another name first: two labs that compile at the same time do no harm.
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
    """The path of the machine's C compiler, or None."""
    path = os.pathsep.join(SYSTEM_PATH)
    return shutil.which("cc", path=path) or shutil.which("gcc", path=path)


def compile_source(source: Path, cache: Path) -> Path:
    """The program made of ``source``, in a folder of its own below ``cache``.

    The folder holds nothing else.  MachineError where there is no compiler, ClientError
    where the source cannot be compiled.
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
