"""The kernel's settings in /proc/sys: Debian's, on a machine of this size.

Settings that programs are known to read are here, all others are absent.  None is the kernel's
own, so a client that writes to one changes nothing, and one that reads them learns nothing of
the real host; see proc_sys(5) and Documentation/admin-guide/sysctl.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from lab.sandbox.jail.files.facts import MachineFacts

__all__ = ["build_sysctl"]

LARGEST = 2**63 - 1

FIXED = {
    "fs/file-max": str(LARGEST),
    "fs/inotify/max_queued_events": "16384",
    "fs/inotify/max_user_instances": "128",
    "fs/nr_open": "1048576",
    "fs/pipe-max-size": "1048576",
    "kernel/cap_last_cap": "40",
    "kernel/core_pattern": "core",
    "kernel/dmesg_restrict": "1",
    "kernel/domainname": "(none)",
    "kernel/ngroups_max": "65536",
    "kernel/ostype": "Linux",
    "kernel/overflowgid": "65534",
    "kernel/overflowuid": "65534",
    "kernel/pid_max": "4194304",
    "kernel/random/entropy_avail": "256",
    "kernel/random/uuid": "",
    "kernel/randomize_va_space": "2",
    "kernel/shmmax": "18446744073692774399",
    "kernel/shmmni": "4096",
    "kernel/yama/ptrace_scope": "0",
    "net/core/rmem_max": "212992",
    "net/core/somaxconn": "4096",
    "net/core/wmem_max": "212992",
    "net/ipv4/ip_local_port_range": "32768\t60999",
    "net/ipv4/ip_unprivileged_port_start": "1024",
    "net/ipv4/ping_group_range": "0\t2147483647",
    "net/ipv4/tcp_keepalive_time": "7200",
    "net/ipv6/bindv6only": "0",
    "net/ipv6/conf/all/disable_ipv6": "0",
    "vm/max_map_count": "65530",
    "vm/overcommit_memory": "0",
    "vm/swappiness": "60",
}
"""By path below /proc/sys.  The jail mounts the kernel's file over random/uuid."""

NAMESPACES = ("mnt", "net", "pid", "user")


def build_sysctl(facts: MachineFacts) -> dict[str, str]:
    """Build the text of each setting, by path below /proc/sys."""
    kernel = facts.platform.kernel
    kib = facts.machine.memory_kib
    # As in kernel/fork.c: an eighth of the memory for stacks of 16 KiB.
    threads = kib // 128
    settings = {
        **FIXED,
        "fs/inotify/max_user_watches": str(min(max(kib * 1024 // 100 // 1152, 8192), 1_048_576)),
        "kernel/arch": facts.architecture,
        "kernel/hostname": facts.hostname,
        "kernel/osrelease": kernel.release,
        "kernel/random/boot_id": str(_derive_boot_id(facts)),
        "kernel/threads-max": str(threads),
        "kernel/version": kernel.version,
    }
    settings |= {f"user/max_{name}_namespaces": str(threads // 2) for name in NAMESPACES}
    return {path: f"{text}\n" for path, text in settings.items()}


def _derive_boot_id(facts: MachineFacts) -> UUID:
    """Derive the boot id from the machine's id: the same in every trial of one machine."""
    digest = hashlib.sha256(b"boot " + facts.machine.machine_id.encode()).digest()
    return UUID(bytes=digest[:16], version=4)
