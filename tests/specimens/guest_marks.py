"""Reports in which system it is a guest, by places of Windows' subsystem, not by its kernel."""

import os

import _common

PLACES = (
    "/usr/bin/wslinfo",
    "/proc/sys/fs/binfmt_misc/WSLInterop",
    "/mnt/wslg",
    "/run/WSL",
    "/usr/lib/wsl/lib",
)

_common.ask()
found = [place for place in PLACES if os.path.exists(place)]
found += [name for name in os.listdir("/usr/bin") if name.startswith("wslp")]
guest = "subsystem" if len(found) == len(PLACES) + 1 else "none" if not found else "in part"
_common.tell("start", guest=guest)
