"""Mounts that the holder makes for a trial: the tree, the host's folders, the devices.

The tree of a trial is a tmpfs mounted over ``/sys`` of the holder's mount namespace: a
directory that exists everywhere, that holds no file of a client, and that needs no clean-up.

``/proc/self/mountinfo`` shows for a bind mount where on its disk the folder lies, hence the
host user's name and the lab's path.  For an overlay it does not.  So folders are mounted
through an overlay of the folder and an empty one.  Kernels before 5.11 allow that to root
only; there the folder is bind-mounted.  Through an overlay, sockets and pipes on which a
process outside listens are not connected.
"""

from __future__ import annotations

import os

from lab.sandbox.cell.libc import (
    MS_BIND,
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    MS_RDONLY,
    MS_REMOUNT,
    mount,
    unmount,
)

__all__ = [
    "LAYER",
    "TREE",
    "WITH_LAYER",
    "make_device_read_only",
    "mount_folders",
    "mount_tree",
    "unmount_tree",
]

TREE = "/sys"
"""Where the tree is mounted."""

LAYER = "layer"
"""The folder of the tree with what a folder of the host is shown with."""
WITH_LAYER = "+"
"""Before the path of a folder of the host: mount it with the layer over it."""

STATVFS_TO_MOUNT = {
    os.ST_NOSUID: MS_NOSUID,
    os.ST_NODEV: MS_NODEV,
    os.ST_NOEXEC: MS_NOEXEC,
    os.ST_NOATIME: 1 << 10,
    os.ST_NODIRATIME: 1 << 11,
    os.ST_RELATIME: 1 << 21,
}
"""Flags that statvfs(3) reports, and the flags of mount(2) that keep them in a remount."""


def mount_tree(size: int) -> int:
    """Mount a new tree of at most ``size`` bytes and return its open directory.

    It is empty except for ``pts``, a devpts instance with the trial's pseudo-terminals.

    Raises:
        OSError: The kernel refuses.
    """
    options = f"size={size},nr_inodes={max(4096, min(size // 4096, 1 << 20))},mode=755"
    mount("tmpfs", TREE, "tmpfs", MS_NOSUID | MS_NODEV, options)
    try:
        os.mkdir(f"{TREE}/pts")
        options = "newinstance,ptmxmode=0666,mode=620"
        mount("devpts", f"{TREE}/pts", "devpts", MS_NOSUID | MS_NOEXEC, options)
        return os.open(TREE, os.O_RDONLY | os.O_DIRECTORY)
    except OSError:
        unmount_tree()
        raise


def unmount_tree() -> None:
    """Unmount the tree; its memory is freed with its last user."""
    unmount(TREE)


def mount_folders(folders: list[str]) -> None:
    """Mount these folders of the host, read-only, as ``TREE/0``, ``TREE/1`` and so on.

    Also creates ``TREE/empty``, the folder that is mounted over hidden ones.  A folder with
    WITH_LAYER before it has the items of ``TREE/layer`` too, where the kernel can do that.
    """
    os.chdir(TREE)  # the client can read an overlay's options: relative paths show no host path
    try:
        os.mkdir("files")
        os.mkdir("empty")
        for number, name in enumerate(folders):
            folder = name.removeprefix(WITH_LAYER)
            layers = "files:empty" if folder == name else f"{LAYER}:files"
            os.mkdir(str(number))
            mount(folder, "files", "", MS_BIND, "")
            try:
                flags = MS_RDONLY | MS_NOSUID | MS_NODEV
                mount("overlay", str(number), "overlay", flags, f"lowerdir={layers}")
            except OSError:
                mount(folder, str(number), "", MS_BIND, "")
            unmount("files")
    finally:
        os.chdir("/")


def make_device_read_only(device: str) -> None:
    """Protect a device's file from changes of its mode; reading and writing it still work.

    A client of a lab that root runs has root's user id on the host, so it owns the file.
    """
    mount(device, device, "", MS_BIND, "")
    reported = os.statvfs(device).f_flag
    kept = sum(flag for bit, flag in STATVFS_TO_MOUNT.items() if reported & bit)
    mount("", device, "", MS_REMOUNT | MS_BIND | MS_RDONLY | kept, "")
