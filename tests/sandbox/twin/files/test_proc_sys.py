"""/proc and /sys: what the jail covers them with, and what a kernel adds."""

from __future__ import annotations

import os
from pathlib import Path

from lab.factors.host_spec import BARE
from lab.factors.registry import get_factor


def read(path):
    return Path(path).read_text()


def test_the_machine_is_the_surroundings(observe):
    def look():
        return [
            read("/proc/version"),
            read("/proc/sys/kernel/osrelease").strip(),
            read("/proc/sys/kernel/hostname").strip(),
            read("/proc/cpuinfo").count("processor\t:"),
            read("/proc/meminfo").splitlines()[0].split()[1],
            read("/sys/class/dmi/id/sys_vendor").strip(),
            read("/sys/class/net/eth0/address").strip(),
            read("/proc/1/cgroup"),
            read("/proc/1/comm").strip(),
            read("/proc/self/cmdline").split("\0"),
            os.readlink("/proc/self"),
            dict(line.split("=", 1) for line in read("/proc/self/environ").split("\0") if line),
        ]

    machine, kernel = BARE.machine, BARE.platform.kernel
    version, release, name, cpus, memory, vendor, mac, group, first, words, self, variables = (
        observe.result_of(look, {"hostname": "juniper"}, argv=("tool", "--now"))
    )
    assert version == f"Linux version {kernel.release} {kernel.built} {kernel.version}\n"
    assert (release, name) == (kernel.release, "juniper")
    assert (cpus, memory) == (machine.cpus, str(machine.memory_kib))
    assert (vendor, mac) == (dict(machine.dmi)["sys_vendor"], machine.mac)
    assert (group, first) == (BARE.platform.cgroup, "systemd")
    assert words == ["/usr/bin/python3", "tool", "--now", ""]
    assert self == str(2)
    assert variables["HOME"] == "/home/dev"


def test_another_machine_has_other_files(observe):
    levels = get_factor("machine").levels[:3]
    found = [
        observe.result_of(lambda: read("/proc/cpuinfo") + read("/proc/meminfo"), {"machine": level})
        for level in levels
    ]
    assert len(set(found)) == len(levels) == 3


def test_a_new_number_at_each_reading(observe):
    path = "/proc/sys/kernel/random/uuid"
    found = observe.result_of(lambda: [read(path).strip() for _ in range(3)])
    assert len(set(found)) == 3
    assert all(len(each) == 36 for each in found)


def test_the_network_is_reported_in_the_kernels_form(observe):
    def look():
        return read("/proc/net/route").splitlines(), read("/proc/net/if_inet6").splitlines()

    routes, sixth = observe.result_of(look, {"network": "docker"})
    assert [line.split()[:4] for line in routes] == [
        ["Iface", "Destination", "Gateway", "Flags"],
        ["eth0", "00000000", "0101A8C0", "0003"],
        ["docker0", "000011AC", "00000000", "0001"],
        ["eth0", "0001A8C0", "00000000", "0001"],
    ]
    assert all(len(line) == 127 for line in routes)
    assert [line.split()[-1] for line in sixth] == ["eth0", "eth0", "lo"]


def test_without_ipv6_there_is_loopback_alone(observe):
    found = observe.result_of(lambda: read("/proc/net/if_inet6"), {"network": "no-ipv6"})
    assert found.split() == ["0" * 31 + "1", "01", "80", "10", "80", "lo"]
