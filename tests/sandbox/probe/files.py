"""Files: what lies in the jail, and the files of the kernel.

Paths below home and working directory are written ``~/`` and ``./``, so that routes keep
their names wherever those two lie.
"""

import os
import re
import stat
from pathlib import Path

from say import ask, content, say

HERE = os.path.dirname(os.path.abspath(__file__))
HOME = os.path.expanduser("~")
PROJECT = os.getcwd()

ELSEWHERE = {"/proc", "/sys", "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"}
ELSEWHERE |= {"/etc/alternatives", HERE}
"""Walked otherwise, or the machine's own programs."""

NOT_READ = {"self", "thread-self", "net", "kcore", "kmsg", "bus", "fs", "irq"}
"""Read otherwise, endless, or slow and about hardware."""
OF_A_PROCESS = {"arch_status", "autogroup", "auxv", "clear_refs", "cwd", "exe", "fd", "fdinfo"}
OF_A_PROCESS |= {"io", "map_files", "maps", "mem", "mountinfo", "net", "ns", "numa_maps", "pagemap"}
OF_A_PROCESS |= {"root", "sched", "schedstat", "smaps", "smaps_rollup", "stat", "statm", "status"}
OF_A_PROCESS |= {"syscall", "task", "wchan"}
"""Numbers and addresses of the one process that is asked; of ``status``, see LINES."""

LINES = {
    "/proc/self/status": "Umask NSpid Uid Gid Groups CapEff CapBnd NoNewPrivs Seccomp "
    "Seccomp_filters TracerPid Cpus_allowed_list Mems_allowed_list Threads SigBlk SigIgn",
    "/proc/meminfo": "MemTotal SwapTotal Hugepagesize",
}
"""Lines that stay as they are, of files whose others are counters."""


SORTED = ("/proc/self/net/if_inet6", "/proc/self/net/dev_mcast")
"""Told in an order that has no meaning, and depends on what there was before."""


def name_of(path):
    """How routes call this path."""
    for outer, short in ((PROJECT, "."), (HOME, "~")):
        if path == outer or path.startswith(outer.rstrip("/") + "/"):
            return short + path[len(outer.rstrip("/")) :]
    return path


def leads_to(path, *ends):
    return any(end.startswith(path.rstrip("/") + "/") for end in ends)


def walk(folder):
    """Of everything below the folder: what it is, when it was changed, and what it holds."""
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as failure:
        say(f"tree {name_of(folder)}", f"error {failure.strerror}")
        return
    for entry in entries:
        path = os.path.join(folder, entry.name)
        if path in ELSEWHERE or path in (HOME, PROJECT):
            continue
        if leads_to(path, HOME, PROJECT, HERE):
            walk(path)  # that it exists follows from what it leads to
            continue
        known = name_of(path)
        info = entry.stat(follow_symlinks=False)
        target = os.readlink(path) if entry.is_symlink() else ""
        say(f"tree {known}", f"{stat.filemode(info.st_mode)} {target}".strip())
        say(f"owner {known}", f"{info.st_uid} {info.st_gid}")
        say(f"time {known}", int(info.st_mtime))
        if stat.S_ISDIR(info.st_mode):
            walk(path)
        elif stat.S_ISREG(info.st_mode):
            say(f"size {known}", info.st_size)
            ask(f"file {known}", content, path)


def kernels_files(top, skipped=(), depth=9):
    """Every file below a folder of /proc or /sys."""
    try:
        entries = sorted(os.scandir(top), key=lambda entry: entry.name)
    except OSError as failure:
        say(f"file {top}", f"error {failure.strerror}")
        return
    for entry in entries:
        if entry.name in skipped or (top == "/proc" and entry.name.isdecimal()):
            continue
        if entry.is_symlink():
            say(f"link {entry.path}", os.readlink(entry.path))
        elif entry.is_dir() and depth:
            kernels_files(entry.path, (), depth - 1)
        elif entry.is_file():
            ask(f"file {entry.path}", content, entry.path)


def processors():
    """How many, and which, by the files that describe each."""
    fields = re.findall(
        r"^(vendor_id|model name)\s*: (.*)", content("/proc/cpuinfo", 1 << 20), re.MULTILINE
    )
    for name in ("vendor_id", "model name"):
        values = [value for key, value in fields if key == name]
        say(f"field /proc/cpuinfo {name}", ", ".join(dict.fromkeys(values)))
        say("count /proc/cpuinfo", str(len(values)))
    for path in ("/proc/interrupts", "/proc/softirqs"):
        say(f"count {path}", str(content(path).partition("\n")[0].count("CPU")))
    counters = content("/proc/stat")
    say("count /proc/stat", str(len(re.findall(r"^cpu\d", counters, re.MULTILINE))))
    started = re.search(r"^btime (\d+)", counters, re.MULTILINE)
    say("day /proc/stat btime", str(int(started[1]) // 86400))


def kernel():
    """What the kernel reports in /proc and /sys."""
    kernels_files("/proc", NOT_READ)
    for process in ("/proc/self", "/proc/1"):
        kernels_files(process, OF_A_PROCESS)
    kernels_files("/proc/self/net")
    kernels_files("/sys")
    for folder in (*Path("/sys/class/net").glob("*"), Path("/sys/class/dmi/id")):
        for path in sorted(folder.glob("*")):
            if path.is_file():
                ask(f"file {path}", content, path)
    ask("names /sys/class/net", lambda: sorted(os.listdir("/sys/class/net")))
    for path in SORTED:
        ask(f"file {path}", lambda path: "".join(sorted(content(path).splitlines(True))), path)
    for path, names in LINES.items():
        fields = dict(line.split(":", 1) for line in content(path).splitlines() if ":" in line)
        for name in names.split():
            say(f"line {path} {name}", fields.get(name, "none").strip())
    processors()


def new_file():
    """Whose a file is that is made here, and of when."""
    path = os.path.join(HOME, ".probe")
    with open(path, "w"):
        info = os.stat(path)
    os.unlink(path)
    say("time of a new file", str(int(info.st_mtime) // 86400))
    say("owner of a new file", [info.st_uid, info.st_gid, oct(info.st_mode)])
    say("time of change of home", str(int(os.stat(HOME).st_ctime) // 86400))


def files():
    """All of them."""
    say("ls /", sorted(os.listdir("/")))
    for top in dict.fromkeys(("/", HOME, PROJECT)):
        walk(top)
    kernel()
    for name in ("localtime", "timezone", "machine-id"):
        ask(f"open /etc/{name}", content, f"/etc/{name}")
    for path in ("/usr/lib/os-release", "/var/lib/dbus/machine-id", "/proc/bus/pci/devices"):
        ask(f"open {path}", content, path)
    say("realpath /etc/localtime", os.path.realpath("/etc/localtime"))
    for path in ("/", HOME, PROJECT, "/tmp", "/usr", "/etc", "/dev/shm"):
        info = os.statvfs(path)
        sizes = [info.f_frsize * info.f_blocks, info.f_files, info.f_flag]
        say(f"python statvfs {name_of(path)}", sizes)
    new_file()
