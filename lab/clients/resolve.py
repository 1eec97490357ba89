"""From the user's words to a client that is ready to run.

``NAME`` and ``NAME@VERSION`` are profiles of the lab, installed on demand; a path ending in
``.toml`` is the user's own profile; after ``--`` comes any program, run as it is.

A client's digest is SHA-256 over the digest of its files and its profile, because both
decide what runs: a stored trial is reused only if neither has changed.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from lab.clients.builtin_profiles import load_builtin_profiles, make_generic_profile
from lab.clients.digest import program_digest
from lab.clients.install_cache import DEFAULT_CACHE, InstallCache
from lab.clients.install_paths import Mounts, jail_install_path, to_host_path, to_jail_path
from lab.clients.lab_folders import find_lab_folders, refuse_lab_folders
from lab.clients.linkage import detect_linkage, find_interpreter
from lab.clients.package_registries import SYSTEM_PATH
from lab.clients.profile import Client, Profile, encode_profile
from lab.clients.profile_loader import fill_placeholders, parse_profile
from lab.clients.readable_paths import (
    find_absolute_paths,
    find_readable_folders,
    find_relative_paths,
    is_system,
)
from lab.errors import ClientError, UsageError
from lab.suggest import suggest

__all__ = ["find_profile", "resolve", "resolve_installed"]

Notify = Callable[[str], None]

_LONGEST_PROFILE = 2**20
_VERSION = re.compile(r"[A-Za-z0-9^~<>=*][A-Za-z0-9.+^~<>=*-]*")


def resolve(
    words: Sequence[str], cache: Path = DEFAULT_CACHE, say: Notify = lambda line: None
) -> Client:
    """The client that the user named, installed if necessary.

    Args:
        words: One word, or ``--`` and a program with its arguments.
        cache: The folder of installed clients, in the lab's home.
        say: Called with one line about each slow step and each likely mistake.

    Raises:
        UsageError: There is no client of this name.
        ClientError: The client cannot be run.
        MachineError: This machine lacks what the installation needs.
    """
    if not words:
        raise UsageError("no client named")
    if words[0] == "--":
        return _resolve_program(tuple(words[1:]), cache.parent, say)
    if len(words) != 1:
        raise UsageError(
            f"one client at a time; to run {words[0]!r} with arguments, write -- first"
        )
    profile, version = find_profile(words[0])
    if profile.install is None:
        if version is not None:
            raise UsageError(
                f"{profile.name} is not installed from a registry; leave @{version} out"
            )
        return _resolve_local(profile, cache.parent, say)
    return resolve_installed(profile, InstallCache(cache, say), version)


def find_profile(word: str) -> tuple[Profile, str | None]:
    """The profile that a NAME, NAME@VERSION or path names, and the requested version.

    Raises:
        UsageError: There is no such profile.
        ClientError: The file of the profile is not valid.
    """
    if word.endswith(".toml"):
        return _read_profile(Path(word)), None
    name, at, version = word.partition("@")
    if at and not _VERSION.fullmatch(version):
        raise UsageError(f"{word!r}: {version!r} is not a version; write e.g. {name}@latest")
    profile = load_builtin_profiles().get(name)
    if profile is not None:
        return profile, version or None
    if "/" in word or os.path.exists(word):
        raise UsageError(f"{word!r} is not a profile (.toml); to run a program, write -- {word}")
    hint = suggest(name, load_builtin_profiles())
    raise UsageError(f"there is no client {name!r}; {hint}")


def _read_profile(file: Path) -> Profile:
    try:
        with file.open("rb") as stream:
            content = stream.read(_LONGEST_PROFILE + 1)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; a profile is a TOML file") from None
    if len(content) > _LONGEST_PROFILE:
        raise ClientError(f"{file}: longer than 1 MiB; a profile is a small TOML file")
    try:
        profile = parse_profile(content.decode(), str(file))
    except UnicodeDecodeError as error:
        raise ClientError(f"{file}: not UTF-8 (byte {error.start}); save it as UTF-8") from None
    # A profile may name a client beside it, so that both can be moved together.
    beside = {"folder": os.path.abspath(file.parent)}
    return msgspec.structs.replace(
        profile, argv=tuple(fill_placeholders(w, beside) for w in profile.argv)
    )


# --- a client from a registry --------------------------------------------------------------


def resolve_installed(profile: Profile, cache: InstallCache, version: str | None) -> Client:
    """A client from a registry, installed if necessary.

    Args:
        profile: Its profile.
        cache: The installed clients.
        version: The wanted version; None for that of the profile, or else the newest.

    Raises:
        ClientError: The client cannot be run.
    """
    installation = cache.get(profile, version)
    folder = cache.folder(profile.name, installation.version)
    executable = _find_executable(profile, folder)
    jail_path = jail_install_path(profile.name)
    mounts = ((str(folder), jail_path),)
    first, *rest = (fill_placeholders(word, {"install": jail_path}) for word in profile.argv)
    if executable is not None and "/" not in first:
        first = to_jail_path(str(executable), mounts)
    search_path: tuple[str, ...] = SYSTEM_PATH
    if (folder / "node" / "bin").is_dir():
        search_path = (f"{jail_path}/node/bin", *SYSTEM_PATH)
    beyond = _other_readable_folders(profile.argv[1:], jail_path)
    lab_folders = find_lab_folders(beyond, cache.root.parent)
    refuse_lab_folders(beyond, lab_folders)
    filled = _fill_install_path(profile, jail_path)
    on_host = Path(to_host_path(first, mounts))
    if find_interpreter(on_host, search_path, mounts) is not None:
        filled = msgspec.structs.replace(filled, trust=(*profile.trust, *profile.trust_of_scripts))
    return Client(
        profile=filled,
        version=installation.version,
        digest=_digest(installation.digest, profile),
        source=f"{installation.package}@{installation.version}",
        program=(first, *rest),
        readable=beyond,
        search_path=search_path,
        dynamic=_is_dynamic(on_host, search_path, mounts),
        mounts=mounts,
        hidden_folders=lab_folders,
    )


def _find_executable(profile: Profile, folder: Path) -> Path | None:
    install = profile.install
    assert install is not None
    command = os.path.basename(profile.argv[0])
    usual = "node_modules/.bin" if install.npm is not None else "bin"
    named = [*install.candidates, *([install.executable] if install.executable else [])]
    for candidate in named or [f"{usual}/{command}"]:
        if (folder / candidate).exists():
            # npm's .bin holds links; the client itself would see where they lead.
            return folder / candidate
    if not named and "/" in profile.argv[0]:
        return None
    raise ClientError(
        f"{profile.name}: none of {', '.join(named or [f'{usual}/{command}'])} is in the installed "
        "package; the profile's [install] executable or candidates must name its program"
    )


def _fill_install_path(profile: Profile, jail_path: str) -> Profile:
    values = {"install": jail_path}
    return msgspec.structs.replace(
        profile,
        environment={
            name: fill_placeholders(text, values) for name, text in profile.environment.items()
        },
        optout={name: fill_placeholders(text, values) for name, text in profile.optout.items()},
        home_files={
            path: fill_placeholders(text, values) for path, text in profile.home_files.items()
        },
    )


def _other_readable_folders(words: Sequence[str], jail_path: str) -> tuple[str, ...]:
    """Further folders of the host that the profile's argv names, without ``{install}``."""
    folders = find_readable_folders(find_absolute_paths(words))
    for folder in folders:
        if Path(folder).is_relative_to(jail_path):
            raise ClientError(
                f"{folder} cannot be shown to the client, because its jail shows the installed "
                f"client as {jail_path}; move it, or give the client another name"
            )
    return folders


# --- a program that is there already -------------------------------------------------------


def _resolve_program(words: tuple[str, ...], home: Path, notify: Notify) -> Client:
    if not words:
        raise UsageError("nothing follows --; write -- PROGRAM ARG…")
    program = _locate(words[0])
    argv = (program, *words[1:])
    return _resolve_local(
        make_generic_profile(_client_name(argv), argv), home, notify, source="program"
    )


def _resolve_local(profile: Profile, home: Path, notify: Notify, source: str = "profile") -> Client:
    argv = (_locate(profile.argv[0]), *profile.argv[1:])
    for word in find_relative_paths(argv[1:]):
        notify(
            f"{word!r} is a relative path, and inside the client runs in another folder; "
            f"if it is meant, write {os.path.abspath(word)}"
        )
    paths = find_absolute_paths(argv)
    folders = find_readable_folders(paths)
    lab_folders = find_lab_folders(folders, home)
    refuse_lab_folders((*paths, *folders), lab_folders)
    return Client(
        profile=profile,
        version=profile.version or "",
        digest=_digest(_files_digest(paths, folders, lab_folders), profile),
        source=source if source == "profile" else f"{source} {argv[0]}",
        program=argv,
        readable=folders,
        dynamic=_is_dynamic(Path(argv[0]), SYSTEM_PATH),
        hidden_folders=lab_folders,
    )


def _locate(program: str) -> str:
    if "/" in program:
        path = os.path.abspath(program)
        if not os.path.isfile(path):
            raise ClientError(f"no program {program!r}: there is no such file")
        if not os.access(path, os.X_OK):
            raise ClientError(
                f"{program!r} is not executable; chmod +x it, or name its interpreter"
            )
        return path
    found = shutil.which(program, path=os.pathsep.join(SYSTEM_PATH))
    if found is None:
        raise ClientError(
            f"no program {program!r} in {', '.join(SYSTEM_PATH)}, where a client finds programs; "
            "write its absolute path"
        )
    return found


def _client_name(argv: Sequence[str]) -> str:
    """The name of the script, if the program is an interpreter with one; else the program's."""
    scripts = [word for word in argv[1:2] if word.startswith("/") and os.path.isfile(word)]
    name = re.sub(r"[^A-Za-z0-9._-]", "_", os.path.basename((scripts or argv)[0]))
    return name.lstrip("._-") or "program"


def _files_digest(paths: Sequence[str], folders: Sequence[str], lab_folders: Sequence[str]) -> str:
    """A digest over the named files and over the programs in their folders."""
    digest = hashlib.sha256()
    for path in sorted({*paths, *(os.path.realpath(path) for path in paths)}):
        if os.path.isfile(path) and not path.startswith(("/proc/", "/sys/", "/dev/")):
            digest.update(f"{path}\0{program_digest(Path(path))}\n".encode())
    for folder in folders:
        if not is_system(folder):
            digest.update(f"{folder}\0{program_digest(Path(folder), lab_folders)}\n".encode())
    return digest.hexdigest()


def _digest(files: str, profile: Profile) -> str:
    document = encode_profile(profile)
    return hashlib.sha256(b"files " + files.encode() + b"\nprofile " + document).hexdigest()


def _is_dynamic(program: Path, search_path: tuple[str, ...], mounts: Mounts = ()) -> bool | None:
    """Whether glibc's preload list, and so the jail's clock, applies to the program."""
    linked = detect_linkage(program, search_path, mounts)
    return None if linked is None else linked == "glibc"
