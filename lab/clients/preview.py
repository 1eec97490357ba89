"""A client as it is known before it is installed: for estimates, which install nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from lab.clients.install_cache import InstallCache, package_label
from lab.clients.package_registries import find_npm_size
from lab.clients.profile import Client
from lab.clients.resolve import find_profile, resolve, resolve_installed
from lab.errors import LabError

__all__ = ["ClientPreview", "preview_client"]


class ClientPreview(msgspec.Struct, frozen=True):
    """A client, or what its profile says of it.

    Attributes:
        client: The client; of one that is not installed, without files and digest.
        is_installed: Whether an audit would install nothing.
        download_bytes: The size of the package that an audit would install, unpacked and without
            what it depends on; None where that is not known.
    """

    client: Client
    is_installed: bool
    download_bytes: int | None = None


def preview_client(words: Sequence[str], cache: Path) -> ClientPreview:
    """What is known of the client that the user named, without installing it.

    Args:
        words: One word, or ``--`` and a program with its arguments.
        cache: The folder of installed clients, in the lab's home.

    Raises:
        UsageError: There is no client of this name.
        ClientError: The client cannot be run.
    """
    if len(words) != 1 or words[0] == "--":
        return ClientPreview(resolve(words, cache), is_installed=True)
    profile, version = find_profile(words[0])
    if profile.install is None:
        return ClientPreview(resolve(words, cache), is_installed=True)
    wanted = version or profile.version or "latest"
    store = InstallCache(cache)
    known = [
        record
        for record in store.installed(profile.name)
        if record.package == package_label(profile)
        and (record.version == wanted or (record.latest and wanted == "latest"))
    ]
    if known:
        return ClientPreview(
            resolve_installed(profile, store, known[-1].version), is_installed=True
        )
    size = None
    if profile.install.npm is not None:
        try:
            size = find_npm_size(profile.install.npm, wanted)
        except LabError:
            size = None
    label = "" if wanted == "latest" else wanted
    client = Client(profile, label, "", package_label(profile), profile.argv, (), dynamic=True)
    return ClientPreview(client, is_installed=False, download_bytes=size)
