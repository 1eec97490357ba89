"""The cache of installed clients: several versions side by side, each with a digest.

A version is in ``ROOT/NAME/VERSION``, and its record in ``ROOT/NAME/VERSION.json``.  The record
is written last, by renaming, so a folder without a record is an interrupted installation and is
installed again.

The jail mounts a client at :func:`lab.clients.install_paths.jail_install_path`.  So no file
contains the path of the cache, and a version is the same bytes on every machine.

The record holds the digest of all files and a stamp of their sizes and times.  While the stamp
is unchanged, the digest is not computed again.  A client whose bytes have changed is refused.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from lab.clients import package_registries
from lab.clients.digest import tree_digest, tree_stamp
from lab.clients.install_paths import jail_install_path
from lab.clients.profile import InstallSource, Profile
from lab.errors import ClientError, LabError
from lab.files import replace_file

__all__ = ["DEFAULT_CACHE", "InstallCache", "Installation", "package_label"]

DEFAULT_CACHE = Path(".lab/clients")
"""Below the current directory, like all files that the lab keeps; no variable changes it."""

_DEFAULT_NODE = "22"
"""The major version of node that is installed if the machine has none."""


class Installation(msgspec.Struct, frozen=True):
    """The record of one installed version."""

    name: str
    version: str
    package: str
    """``npm NAME`` or ``pypi NAME``."""
    extra: tuple[str, ...]
    digest: str
    stamp: str
    latest: bool
    """Whether it was installed as the newest version."""
    place: str = ""
    """The path inside the jail that its files contain, if they contain one."""
    schema: str = "fingerprint-lab/installation/1"


class InstallCache:
    """Installed clients below ``root``."""

    def __init__(self, root: Path, say: Callable[[str], None] = lambda line: None) -> None:
        self.root = Path(os.path.abspath(root))
        self._say = say

    def folder(self, name: str, version: str) -> Path:
        """Where a version is, or would be, installed."""
        return self.root / name / version.replace("/", "_")

    def installed(self, name: str | None = None) -> tuple[Installation, ...]:
        """The records of all complete installations, oldest first."""
        pattern = f"{name}/*.json" if name is not None else "*/*.json"
        files = sorted(self.root.glob(pattern), key=lambda file: file.stat().st_mtime_ns)
        return tuple(record for file in files if (record := _read_record(file)) is not None)

    def get(self, profile: Profile, wanted: str | None) -> Installation:
        """The wanted version, installed first if it is not there.

        ``wanted`` None means the profile's version, or else the newest.  If the registry
        is not reachable, the newest installed version is used, and reported.
        """
        version = self._resolve_version(profile, wanted or profile.version or "latest")
        found = self._find_valid(profile, version)
        if found is None:
            found = self._install(profile, version, latest=wanted in (None, "latest"))
        return found

    def _resolve_version(self, profile: Profile, wanted: str) -> str:
        install = _require_install(profile)
        try:
            if install.npm is not None:
                return package_registries.resolve_npm_version(install.npm, wanted)
            assert install.pypi is not None
            return (
                wanted
                if wanted != "latest"
                else package_registries.resolve_pypi_version(install.pypi, wanted)
            )
        except LabError as error:
            known = [record for record in self.installed(profile.name) if record.latest]
            if wanted != "latest" or not known:
                raise
            self._say(f"the registry is not reachable ({error}); using {known[-1].version}")
            return known[-1].version

    def _find_valid(self, profile: Profile, version: str) -> Installation | None:
        folder = self.folder(profile.name, version)
        record = _read_record(_record_file(folder))
        if record is None or not folder.is_dir() or record.package != package_label(profile):
            return None
        if record.extra != _require_install(profile).extra or record.place != _recorded_path(
            profile
        ):
            return None
        stamp = tree_stamp(folder)
        if stamp == record.stamp:
            return record
        if tree_digest(folder) != record.digest:
            raise ClientError(
                f"{profile.name}@{version} has changed since it was installed, so its digest is "
                f"not valid; delete {folder} and install it again"
            )
        return self._write_record(folder, msgspec.structs.replace(record, stamp=stamp))

    def _install(self, profile: Profile, version: str, *, latest: bool) -> Installation:
        install = _require_install(profile)
        folder = self.folder(profile.name, version)
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _lock(folder.parent / ".lock"):
            # Another process may have installed it while this one waited.
            found = self._find_valid(profile, version)
            if found is not None:
                return found
            self._say(f"installing {profile.name}@{version} ({package_label(profile)})")
            _record_file(folder).unlink(missing_ok=True)
            shutil.rmtree(folder, ignore_errors=True)
            (self.root / ".gitignore").write_text("*\n")
            if install.npm is not None:
                folder.mkdir()
                package_registries.npm_install([f"{install.npm}@{version}", *install.extra], folder)
                self._install_node(install, folder)
            else:
                packages = [f"{install.pypi}=={version}", *install.extra]
                package_registries.pypi_install(packages, folder, _recorded_path(profile))
            _make_links_relative(folder)
            _normalise_modes(folder)
            record = Installation(
                name=profile.name,
                version=version,
                package=package_label(profile),
                extra=install.extra,
                digest=tree_digest(folder),
                stamp=tree_stamp(folder),
                latest=latest,
                place=_recorded_path(profile),
            )
            return self._write_record(folder, record)

    def _install_node(self, install: InstallSource, folder: Path) -> None:
        major = _system_node()
        if major is None or (install.node is not None and major < int(install.node)):
            wanted = install.node or _DEFAULT_NODE
            self._say(f"this machine's node is {major or 'missing'}; installing node {wanted}")
            package_registries.install_node_wheel(wanted, folder / "node")

    def _write_record(self, folder: Path, record: Installation) -> Installation:
        file = _record_file(folder)
        try:
            replace_file(file, msgspec.json.format(msgspec.json.encode(record)) + b"\n")
        except PermissionError:
            # An ordinary user runs what root installed: the record stays as it was, and the
            # digest is taken again next time.
            self._say(f"{file} cannot be renewed; every run will check the client's bytes")
        return record


def _require_install(profile: Profile) -> InstallSource:
    if profile.install is None:
        raise ClientError(f"{profile.name} has no [install] section: there is nothing to install")
    return profile.install


def package_label(profile: Profile) -> str:
    """``npm NAME`` or ``pypi NAME``: where the profile's client comes from."""
    install = _require_install(profile)
    return f"npm {install.npm}" if install.npm is not None else f"pypi {install.pypi}"


def _recorded_path(profile: Profile) -> str:
    """The path that a virtual environment contains; packages of npm contain none."""
    return jail_install_path(profile.name) if _require_install(profile).pypi is not None else ""


def _record_file(folder: Path) -> Path:
    return folder.with_name(folder.name + ".json")


def _read_record(file: Path) -> Installation | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=Installation)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise ClientError(f"{file} is damaged ({error}); delete it and install again") from None


def _system_node() -> int | None:
    """The major version of the system's node, which a jail has too; None if there is none."""
    node = shutil.which("node", path=os.pathsep.join(package_registries.SYSTEM_PATH))
    if node is None:
        return None
    output = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    number = output.strip().removeprefix("v").partition(".")[0]
    return int(number) if number.isdecimal() else None


def _make_links_relative(folder: Path) -> None:
    """Make links inside the folder relative, so that they are valid in the jail too."""
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            if os.path.islink(path) and Path(os.readlink(path)).is_relative_to(folder):
                target = os.path.relpath(os.readlink(path), parent)
                os.unlink(path)
                os.symlink(target, path)


def _normalise_modes(folder: Path) -> None:
    """Make files readable for everyone, because the jailed client may be another user."""
    folder.chmod(0o755)
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            mode = os.lstat(path).st_mode
            if stat.S_ISDIR(mode) or (stat.S_ISREG(mode) and mode & 0o100):
                os.chmod(path, 0o755)
            elif stat.S_ISREG(mode):
                os.chmod(path, 0o644)


@contextmanager
def _lock(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
