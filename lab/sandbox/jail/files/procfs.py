"""The /proc of a simulated machine, without processes: an idle PC with Debian's kernel.

A pure function from facts.  Each text has the form that proc(5) and the kernel's
Documentation/filesystems/proc.rst describe.  Counters are constant, or follow from memory and
number of processors, so that replicates read the same; only ``/proc/stat`` contains the time at
which the machine was started.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from uuid import UUID

from lab.factors.host_spec import Directory, File
from lab.sandbox.jail.files.cpuinfo import format_cpuinfo
from lab.sandbox.jail.files.facts import (
    IDLE_SHARE,
    LAST_PID,
    LOADS,
    TASKS,
    TICKS_PER_S,
    UPTIME_S,
    MachineFacts,
)
from lab.sandbox.jail.files.meminfo import format_meminfo, format_vmstat
from lab.sandbox.jail.files.sysctl import build_sysctl

__all__ = ["build_procfs", "format_own_cgroup"]

MODULES = """\
nvme 57344 2 - Live 0x0000000000000000
nvme_core 192512 3 nvme, Live 0x0000000000000000
ext4 983040 1 - Live 0x0000000000000000
jbd2 180224 1 ext4, Live 0x0000000000000000
mbcache 16384 1 ext4, Live 0x0000000000000000
crc16 16384 1 ext4, Live 0x0000000000000000
overlay 163840 0 - Live 0x0000000000000000
nf_tables 311296 0 - Live 0x0000000000000000
nfnetlink 20480 1 nf_tables, Live 0x0000000000000000
usbhid 65536 0 - Live 0x0000000000000000
xhci_pci 24576 0 - Live 0x0000000000000000
xhci_hcd 319488 1 xhci_pci, Live 0x0000000000000000
usbcore 348160 3 usbhid,xhci_pci,xhci_hcd, Live 0x0000000000000000
e1000e 319488 0 - Live 0x0000000000000000
fuse 176128 1 - Live 0x0000000000000000
"""

# fmt: off
FILESYSTEMS = (
    "sysfs", "tmpfs", "bdev", "proc", "cgroup", "cgroup2", "cpuset", "devtmpfs", "configfs",
    "debugfs", "tracefs", "securityfs", "sockfs", "bpf", "pipefs", "ramfs", "hugetlbfs", "devpts",
    "mqueue", "pstore", "autofs", "fuse", "fusectl", "overlay",
)
DISK_FILESYSTEMS = ("fuseblk", "ext3", "ext2", "ext4", "vfat")
CONTROLLERS = (
    "cpuset", "cpu", "cpuacct", "blkio", "memory", "devices", "freezer", "net_cls", "perf_event",
    "net_prio", "hugetlb", "pids", "rdma", "misc",
)
# fmt: on

DEVICES = """\
Character devices:
  1 mem
  4 /dev/vc/0
  4 tty
  4 ttyS
  5 /dev/tty
  5 /dev/console
  5 /dev/ptmx
  7 vcs
 10 misc
 13 input
 29 fb
116 alsa
128 ptm
136 pts
180 usb
189 usb_device
226 drm
241 nvme
254 gpiochip

Block devices:
  7 loop
  8 sd
 65 sd
 11 sr
253 device-mapper
259 blkext
"""

TERMINALS = """\
/dev/tty             /dev/tty        5       0 system:/dev/tty
/dev/console         /dev/console    5       1 system:console
/dev/ptmx            /dev/ptmx       5       2 system
/dev/vc/0            /dev/vc/0       4       0 system:vtmaster
serial               /dev/ttyS       4 64-95 serial
pty_slave            /dev/pts      136 0-1048575 pty:slave
pty_master           /dev/ptm      128 0-1048575 pty:master
unknown              /dev/tty        4 1-63 console
"""

DISK = ((0, "nvme0n1", 500_107_608), (1, "nvme0n1p1", 524_288), (2, "nvme0n1p2", 499_582_279))
"""Minor number, name and KiB."""

SOFT_INTERRUPTS = (
    ("HI", 7, ""),
    ("TIMER", 1_904_311, ""),
    ("NET_TX", 402, ""),
    ("NET_RX", 811_209, ""),
    ("BLOCK", 96_414, ""),
    ("IRQ_POLL", 0, ""),
    ("TASKLET", 20_377, ""),
    ("SCHED", 1_411_986, ""),
    ("HRTIMER", 61, ""),
    ("RCU", 1_602_557, ""),
)
"""How often each happened on one processor."""

INTERRUPTS = {
    "x86_64": (
        ("NMI", 311, "Non-maskable interrupts"),
        ("LOC", 9_411_287, "Local timer interrupts"),
        ("SPU", 0, "Spurious interrupts"),
        ("PMI", 311, "Performance monitoring interrupts"),
        ("IWI", 102_411, "IRQ work interrupts"),
        ("RTR", 0, "APIC ICR read retries"),
        ("RES", 88_902, "Rescheduling interrupts"),
        ("CAL", 1_402_118, "Function call interrupts"),
        ("TLB", 611_204, "TLB shootdowns"),
    ),
    "aarch64": (
        ("11", 9_411_287, "GICv3  26 Level     arch_timer"),
        ("IPI0", 88_902, "Rescheduling interrupts"),
        ("IPI1", 1_402_118, "Function call interrupts"),
    ),
    "riscv64": (
        ("5", 9_411_287, "RISC-V INTC   5 Edge      riscv-timer"),
        ("IPI0", 88_902, "Rescheduling interrupts"),
        ("IPI1", 1_402_118, "Function call interrupts"),
    ),
}


@lru_cache(16)
def build_procfs(facts: MachineFacts) -> Mapping[str, File | Directory]:
    """Build /proc without processes, by path within it (``/meminfo``)."""
    kernel = facts.platform.kernel
    idle = "some avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"
    loads = " ".join(f"{load:.2f}" for load in LOADS)
    disk = _derive_disk_id(facts)
    texts = {
        "cgroups": _format_cgroups(),
        "cmdline": facts.platform.command_line
        or f"BOOT_IMAGE=/boot/vmlinuz-{kernel.release} root=UUID={disk} ro quiet\n",
        "consoles": "tty0                 -WU (EC  p  )    4:1\n",
        "cpuinfo": format_cpuinfo(facts),
        "devices": DEVICES,
        "diskstats": _format_diskstats(),
        "filesystems": _format_filesystems(),
        "interrupts": _format_table(INTERRUPTS[facts.architecture], facts.machine.cpus, 11),
        "loadavg": f"{loads} 1/{TASKS} {LAST_PID}\n",
        "meminfo": format_meminfo(facts),
        "modules": MODULES,
        "partitions": _format_partitions(),
        "pressure/cpu": idle,
        "pressure/io": idle + idle.replace("some", "full"),
        "pressure/memory": idle + idle.replace("some", "full"),
        "softirqs": _format_table(SOFT_INTERRUPTS, facts.machine.cpus, 20),
        "stat": _format_stat(facts),
        "swaps": "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n",
        "tty/drivers": TERMINALS,
        "uptime": f"{UPTIME_S}.04 {UPTIME_S * facts.machine.cpus * IDLE_SHARE:.2f}\n",
        "version": f"Linux version {kernel.release} {kernel.built} {kernel.version}\n",
        "vmstat": format_vmstat(facts),
        **{f"sys/{name}": text for name, text in build_sysctl(facts).items()},
        **dict(facts.platform.proc_files),
    }
    files: dict[str, File | Directory] = {
        f"/{path}": File(text.encode(), 0o444) for path, text in texts.items()
    }
    for folder in ("sys/dev", "sys/fs/binfmt_misc"):
        files[f"/{folder}"] = Directory(0o555)
    return MappingProxyType(files)


def format_own_cgroup(facts: MachineFacts) -> str:
    """Format /proc/self/cgroup of a client; the platform determines /proc/1/cgroup.

    systemd has a group of its own and puts each login session into another; elsewhere, as in a
    container, all processes are in the same.
    """
    session = f"user.slice/user-{facts.uid}.slice/session-2.scope"
    return facts.platform.cgroup.replace("init.scope\n", f"{session}\n")


def _derive_disk_id(facts: MachineFacts) -> UUID:
    digest = hashlib.sha256(b"disk " + facts.machine.machine_id.encode()).digest()
    return UUID(bytes=digest[:16], version=4)


def _format_cgroups() -> str:
    lines = "".join(f"{name}\t0\t96\t1\n" for name in CONTROLLERS)
    return f"#subsys_name\thierarchy\tnum_cgroups\tenabled\n{lines}"


def _format_filesystems() -> str:
    virtual = "".join(f"nodev\t{name}\n" for name in FILESYSTEMS)
    return virtual + "".join(f"\t{name}\n" for name in DISK_FILESYSTEMS)


def _format_partitions() -> str:
    lines = "".join(f" 259 {minor:8} {size:10} {name}\n" for minor, name, size in DISK)
    return f"major minor  #blocks  name\n\n{lines}"


def _format_diskstats() -> str:
    """See Documentation/admin-guide/iostats.rst; the numbers are in the kernel's order."""
    reads, writes = "184211 40120 9811204 61207", "402118 388021 21044120 511207"
    rest = "0 188420 601233 0 0 0 0 31204 28819"
    return "".join(f" 259 {minor:7} {name} {reads} {writes} {rest}\n" for minor, name, _ in DISK)


def _format_table(rows: Iterable[tuple[str, int, str]], cpus: int, width: int) -> str:
    """Format a table with a column a processor; each has slightly higher counts."""
    head = " " * width + "".join(f"CPU{number:<8}" for number in range(cpus))
    lines = [head]
    for name, count, meaning in rows:
        columns = "".join(f"{count + count * number // 64:10} " for number in range(cpus))
        lines.append(f"{name + ':':>{width - 6}}{columns}{'  ' + meaning if meaning else ''}")
    return "\n".join(lines) + "\n"


def _format_stat(facts: MachineFacts) -> str:
    ticks = UPTIME_S * TICKS_PER_S
    shares = (0.0191, 0.0002, 0.0074, IDLE_SHARE, 0.0021, 0.0, 0.0009, 0.0, 0.0, 0.0)
    each = [
        [int(ticks * share) - number * 311 * (share == IDLE_SHARE) for share in shares]
        for number in range(facts.machine.cpus)
    ]
    total = " ".join(str(sum(column)) for column in zip(*each, strict=True))
    lines = [f"cpu  {total}"]
    lines += [f"cpu{number} {' '.join(map(str, row))}" for number, row in enumerate(each)]
    counts = [count * facts.machine.cpus for _, count, _ in SOFT_INTERRUPTS]
    lines += [
        "intr 38840112" + " 0" * 64,
        "ctxt 71204811",
        f"btime {facts.boot_time}",
        "processes 41007",
        "procs_running 1",
        "procs_blocked 0",
        f"softirq {sum(counts)} {' '.join(map(str, counts))}",
    ]
    return "\n".join(lines) + "\n"
