"""Memory, as /proc/meminfo and /proc/vmstat report it; the sums agree with sysinfo(2)."""

from __future__ import annotations

from lab.sandbox.jail.files.facts import MachineFacts

__all__ = ["format_meminfo", "format_vmstat"]


def format_meminfo(facts: MachineFacts) -> str:
    """Format /proc/meminfo, with the lines in the kernel's order."""
    memory = facts.memory
    used = memory.total - memory.free - memory.buffers - memory.cached
    anonymous, slab, huge = used // 2, memory.total // 40, memory.total * 9 // 10 // 2048 * 2048
    amounts = {
        "MemTotal": memory.total,
        "MemFree": memory.free,
        "MemAvailable": memory.available,
        "Buffers": memory.buffers,
        "Cached": memory.cached,
        "SwapCached": 0,
        "Active": memory.cached // 2 + anonymous,
        "Inactive": memory.cached // 2,
        "Active(anon)": anonymous,
        "Inactive(anon)": 0,
        "Active(file)": memory.cached // 2,
        "Inactive(file)": memory.cached // 2,
        "Unevictable": 48,
        "Mlocked": 48,
        "SwapTotal": 0,
        "SwapFree": 0,
        "Zswap": 0,
        "Zswapped": 0,
        "Dirty": 312,
        "Writeback": 0,
        "AnonPages": anonymous,
        "Mapped": memory.cached // 5,
        "Shmem": memory.shared,
        "KReclaimable": slab * 3 // 5,
        "Slab": slab,
        "SReclaimable": slab * 3 // 5,
        "SUnreclaim": slab - slab * 3 // 5,
        "KernelStack": 9_216,
        "PageTables": 21_504,
        "NFS_Unstable": 0,
        "Bounce": 0,
        "WritebackTmp": 0,
        "CommitLimit": memory.total // 2,
        "Committed_AS": anonymous * 2,
        "VmallocTotal": 34_359_738_367,
        "VmallocUsed": 41_216,
        "VmallocChunk": 0,
        "Percpu": 1_216 * facts.machine.cpus,
        "HardwareCorrupted": 0,
        "AnonHugePages": 0,
        "ShmemHugePages": 0,
        "ShmemPmdMapped": 0,
        "FileHugePages": 0,
        "FilePmdMapped": 0,
    }
    text = "".join(f"{name + ':':<16}{kib:8} kB\n" for name, kib in amounts.items())
    text += "".join(
        f"HugePages_{name + ':':<6}{0:8}\n" for name in ("Total", "Free", "Rsvd", "Surp")
    )
    pages = {"Hugepagesize": 2_048, "Hugetlb": 0}
    if facts.architecture == "x86_64":
        pages |= {"DirectMap4k": memory.total - huge, "DirectMap2M": huge, "DirectMap1G": 0}
    return text + "".join(f"{name + ':':<16}{kib:8} kB\n" for name, kib in pages.items())


def format_vmstat(facts: MachineFacts) -> str:
    """The text of /proc/vmstat: what vmstat(8) reads of it, in pages or counts."""
    memory = facts.memory
    amounts = {
        "nr_free_pages": memory.free // 4,
        "nr_file_pages": (memory.cached + memory.buffers) // 4,
        "nr_dirty": 78,
        "nr_writeback": 0,
        "pgpgin": 4_905_602,
        "pgpgout": 10_522_060,
        "pswpin": 0,
        "pswpout": 0,
        "pgalloc_normal": 81_204_112,
        "pgfree": 88_120_411,
        "pgfault": 94_112_087,
        "pgmajfault": 9_204,
        "oom_kill": 0,
    }
    return "".join(f"{name} {amount}\n" for name, amount in amounts.items())
