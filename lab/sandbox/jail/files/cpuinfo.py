"""The processors, as /proc/cpuinfo describes them.

The kernel writes this file in another form on each architecture.  On x86 it has the names that
the machine's level gives; on others it has no names, only numbers of maker and design.  Family,
model and caches follow from the maker alone, because the level names no more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from lab.errors import MachineError
from lab.sandbox.jail.files.facts import MachineFacts

__all__ = ["find_megahertz", "format_cpuinfo"]


class CpuDesign(msgspec.Struct, frozen=True):
    """A design of x86 processors, as CPUID numbers it."""

    family: int
    model: int
    stepping: int
    microcode: int
    cache_kib: int
    level: int
    flags: str
    bugs: str


COMMON = (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush mmx fxsr sse "
    "sse2 ht syscall nx pdpe1gb rdtscp lm constant_tsc rep_good nopl nonstop_tsc cpuid aperfmperf "
    "pni pclmulqdq monitor ssse3 fma cx16 sse4_1 sse4_2 movbe popcnt aes xsave avx f16c rdrand "
    "lahf_lm abm fsgsbase bmi1 avx2 smep bmi2 erms rdseed adx smap clflushopt xsaveopt xsavec "
    "xgetbv1 arat"
)
"""The features of x86-64-v3, and others that processors have had since 2015."""

INTEL = CpuDesign(
    family=6,
    model=165,
    stepping=3,
    microcode=0xFC,
    cache_kib=12288,
    level=22,
    flags=f"{COMMON} dts acpi ss tm pbe art arch_perfmon pebs bts xtopology tsc_known_freq "
    "dtes64 ds_cpl vmx est tm2 sdbg xtpr pdcm pcid x2apic tsc_deadline_timer 3dnowprefetch ssbd "
    "ibrs ibpb stibp tpr_shadow flexpriority ept vpid tsc_adjust invpcid intel_pt dtherm ida pln "
    "pts md_clear flush_l1d",
    bugs="spectre_v1 spectre_v2 spec_store_bypass swapgs itlb_multihit srbds mmio_stale_data "
    "retbleed",
)
AMD = CpuDesign(
    family=25,
    model=33,
    stepping=2,
    microcode=0xA20120E,
    cache_kib=512,
    level=16,
    flags=f"{COMMON} mmxext fxsr_opt extd_apicid cmp_legacy svm extapic cr8_legacy sse4a "
    "misalignsse 3dnowprefetch osvw topoext perfctr_core cpb hw_pstate ssbd ibrs ibpb stibp "
    "vmmcall clwb sha_ni clzero irperf xsaveerptr rdpru wbnoinvd npt umip vaes vpclmulqdq rdpid",
    bugs="sysret_ss_attrs spectre_v1 spectre_v2 spec_store_bypass",
)
DESIGNS: Mapping[str, CpuDesign] = {"AuthenticAMD": AMD, "HygonGenuine": AMD}
"""By vendor; every other vendor has Intel's design."""

ARM_FEATURES = (
    "fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm lrcpc dcpop "
    "asimddp ssbs"
)

SPEED = re.compile(r"@ *([0-9]+(?:\.[0-9]+)?) *GHz")
USUAL_MEGAHERTZ = 3000.0


def format_cpuinfo(facts: MachineFacts) -> str:
    """Format the text of /proc/cpuinfo.

    Raises:
        MachineError: The lab does not know the file's form on this architecture.
    """
    writers = {"x86_64": _format_x86, "aarch64": _format_arm, "riscv64": _format_riscv}
    if facts.architecture not in writers:
        raise MachineError(f"the jail does not know the processor {facts.architecture} yet")
    return writers[facts.architecture](facts)


def find_megahertz(facts: MachineFacts) -> float:
    """Find the speed of the processors in the model's name; without one, assume 3 GHz."""
    match = SPEED.search(facts.machine.cpu_model)
    return float(match[1]) * 1000 if match else USUAL_MEGAHERTZ


def _filter_flags(names: str, facts: MachineFacts) -> str:
    return " ".join(name for name in names.split() if name in facts.cpu_flags)


def _format_x86(facts: MachineFacts) -> str:
    """See arch/x86/kernel/cpu/proc.c."""
    machine = facts.machine
    amd = machine.cpu_vendor in DESIGNS
    design = DESIGNS.get(machine.cpu_vendor, INTEL)
    speed = find_megahertz(facts)
    bits = 48 if amd else 39
    before = f"""\
vendor_id\t: {machine.cpu_vendor}
cpu family\t: {design.family}
model\t\t: {design.model}
model name\t: {machine.cpu_model}
stepping\t: {design.stepping}
microcode\t: {design.microcode:#x}
cpu MHz\t\t: {speed:.3f}
cache size\t: {design.cache_kib} KB
physical id\t: 0
siblings\t: {machine.cpus}
"""
    after = f"""\
fpu\t\t: yes
fpu_exception\t: yes
cpuid level\t: {design.level}
wp\t\t: yes
flags\t\t: {_filter_flags(design.flags, facts)}
bugs\t\t: {design.bugs}
bogomips\t: {2 * speed:.2f}
clflush size\t: 64
cache_alignment\t: 64
address sizes\t: {bits} bits physical, 48 bits virtual
power management:{" ts ttp tm hwpstate cpb eff_freq_ro" if amd else ""}

"""
    return "".join(
        f"processor\t: {number}\n{before}core id\t\t: {number}\ncpu cores\t: {machine.cpus}\n"
        f"apicid\t\t: {number}\ninitial apicid\t: {number}\n{after}"
        for number in range(machine.cpus)
    )


def _format_arm(facts: MachineFacts) -> str:
    """See arch/arm64/kernel/cpuinfo.c; the numbers are those of a Neoverse N1."""
    features = _filter_flags(ARM_FEATURES, facts)
    return "".join(
        f"processor\t: {number}\nBogoMIPS\t: 50.00\nFeatures\t: {features}\n"
        "CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x3\n"
        "CPU part\t: 0xd0c\nCPU revision\t: 1\n\n"
        for number in range(facts.machine.cpus)
    )


def _format_riscv(facts: MachineFacts) -> str:
    """See arch/riscv/kernel/cpu.c; Linux requires RV64GC there."""
    return "".join(
        f"processor\t: {number}\nhart\t\t: {number}\nisa\t\t: rv64imafdc\nmmu\t\t: sv39\n\n"
        for number in range(facts.machine.cpus)
    )
