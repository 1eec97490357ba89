"""``lab clients``: list the known clients and the installed versions, and install more."""

from __future__ import annotations

import argparse
import json
import sys

from lab.cli.shared_options import add_home, add_json, require_writable
from lab.errors import UsageError

NAME = "clients"
HELP = "list the known clients, or install one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing, or ``install NAME[@VERSION]…``."""
    parser.add_argument("action", nargs="?", metavar="install", help="install these clients")
    parser.add_argument("names", nargs="*", metavar="NAME[@VERSION]", help="a client to install")
    add_json(parser)
    add_home(parser)


def run(arguments: argparse.Namespace) -> int:
    """List clients, or install some.

    Raises:
        UsageError: another action is named, or no client.
    """
    if arguments.action not in (None, "install"):
        raise UsageError(f"lab clients does not know {arguments.action!r}; did you mean install?")
    if arguments.action == "install" and not arguments.names:
        raise UsageError("name a client to install, e.g. lab clients install codex@latest")
    if arguments.action == "install":
        return _install(arguments)
    return _list(arguments)


def _install(arguments: argparse.Namespace) -> int:
    from lab.clients.install_cache import InstallCache
    from lab.clients.resolve import find_profile

    require_writable("--home", arguments.home)
    cache = InstallCache(
        arguments.home / "clients", lambda line: print(f"lab: {line}", file=sys.stderr)
    )
    done = []
    for word in arguments.names:
        profile, version = find_profile(word)
        record = cache.get(profile, version)
        folder = cache.folder(record.name, record.version)
        done.append(
            {
                "name": record.name,
                "version": record.version,
                "digest": record.digest,
                "folder": str(folder),
            }
        )
        if not arguments.json:
            print(f"{record.name}@{record.version}  sha256:{record.digest}")
    if arguments.json:
        print(json.dumps({"schema": "fingerprint-lab/installed/1", "installed": done}))
    return 0


def _list(arguments: argparse.Namespace) -> int:
    from lab.clients.builtin_profiles import load_builtin_profiles
    from lab.clients.install_cache import InstallCache, package_label

    cache = InstallCache(arguments.home / "clients")
    if not arguments.json:
        width = max(len(name) for name in load_builtin_profiles())
        for name, profile in load_builtin_profiles().items():
            versions = ", ".join(record.version for record in cache.installed(name))
            print(f"{name:<{width}}  {package_label(profile):<34}  {versions or '-'}")
        print("\nlab clients install NAME[@VERSION] installs one; lab run does so by itself.")
        return 0
    clients = [
        {
            "name": name,
            "package": package_label(profile),
            "protocols": list(profile.provider.protocols),
            "host": profile.provider.host,
            "installed": [
                {"version": record.version, "digest": record.digest}
                for record in cache.installed(name)
            ],
        }
        for name, profile in load_builtin_profiles().items()
    ]
    print(json.dumps({"schema": "fingerprint-lab/clients/1", "clients": clients}))
    return 0
