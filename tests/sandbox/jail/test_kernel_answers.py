"""The machine that a client finds is the level's, whichever way it asks: files, system calls,
programs, with or without a C library; and asking in a hostile way gets it nothing more."""

from __future__ import annotations

import json
import os
import pickle
import pwd
import re
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

import lab
from lab.errors import LabError
from lab.factors.host_spec import BARE, Kernel, Machine, Platform
from lab.sandbox.jail import host_survey, seccomp_notify, start
from lab.sandbox.jail.files.facts import UPTIME_S
from lab.sandbox.jail.jail import Limits

pytestmark = [
    pytest.mark.cell,
    pytest.mark.skipif(
        not seccomp_notify.can_answer_syscalls(), reason=f"{seccomp_notify.find_obstacle()}"
    ),
]

KERNEL = Kernel("5.10.0-made-up", "#12 SMP Made Up 5.10.9 (2021-02-03)", "(builder@example) (cc)")
MACHINE = Machine(cpus=6, memory_kib=12_345_678, cpu_model="Imaginary 6 @ 2.50GHz")
ELSEWHERE = msgspec.structs.replace(
    BARE, machine=MACHINE, platform=msgspec.structs.replace(BARE.platform, kernel=KERNEL)
)

REPORT = """
import ctypes, json, os, socket, time
from pathlib import Path
libc = ctypes.CDLL(None)
info = (ctypes.c_ulong * 14)()
assert libc.sysinfo(info) == 0
def read(path): return Path(path).read_text()
print(json.dumps({
    "uname": list(os.uname()),
    "hostname": socket.gethostname(),
    "cpus": [os.cpu_count(), len(os.sched_getaffinity(0)), max(os.sched_getaffinity(0)) + 1,
             os.sysconf("SC_NPROCESSORS_ONLN"), os.sysconf("SC_NPROCESSORS_CONF"),
             read("/proc/cpuinfo").count("processor"), read("/proc/stat").count("cpu") - 1],
    "memory_kib": [info[4] // 1024, os.sysconf("SC_PHYS_PAGES") * 4,
                   int(read("/proc/meminfo").split()[1])],
    "uptime": [info[0], float(read("/proc/uptime").split()[0]), time.monotonic(),
               time.clock_gettime(time.CLOCK_BOOTTIME)],
    "booted": [int(read("/proc/stat").split("btime ")[1].split()[0]),
               time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)],
    "model": read("/proc/cpuinfo").split("model name\\t: ")[-1].split("\\n")[0],
    "version": read("/proc/version"),
    "osrelease": read("/proc/sys/kernel/osrelease"),
    "groups": [read("/proc/1/cgroup"), read("/proc/self/cgroup")],
}))
"""

HOSTILE = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
static void say(const char *what, long result) {
  printf("%s %ld %s\n", what, result, result == -1 ? strerrorname_np(errno) : "");
}
int main(void) {
  struct utsname name; struct sysinfo info; unsigned long mask[16]; char *page;
  page = mmap(0, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  munmap(page + 4096, 4096);
  say("nowhere", syscall(SYS_uname, 8L));
  say("null", syscall(SYS_sysinfo, 0L));
  say("kernel", syscall(SYS_uname, -4096L));
  say("end", syscall(SYS_uname, -1L));
  say("half", syscall(SYS_uname, page + 4000));
  say("mask", syscall(SYS_sched_getaffinity, 0, 128, 8L));
  say("short", syscall(SYS_sched_getaffinity, 0, 4, mask));
  say("odd", syscall(SYS_sched_getaffinity, 0, 9, mask));
  say("absent", syscall(SYS_sched_getaffinity, 999999, 128, mask));
  say("negative", syscall(SYS_sched_getaffinity, -1, 128, mask));
  say("other", syscall(SYS_sched_getaffinity, 1, 128, mask));
  say("pin", syscall(SYS_sched_setaffinity, 0, 8, mask));
  prctl(PR_SET_DUMPABLE, 0);
  say("uname", uname(&name));
  say("sysinfo", sysinfo(&info));
  say("processors", sysconf(_SC_NPROCESSORS_ONLN));
  printf("%s %lu\n", name.release, info.totalram / 1024);
}
"""


@pytest.fixture(scope="session")
def static_program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program without a dynamic loader, hence out of reach for any library."""
    compiler = shutil.which("gcc")
    if compiler is None:
        pytest.skip("there is no C compiler")
    folder = tmp_path_factory.mktemp("static")
    folder.joinpath("hostile.c").write_text(HOSTILE)
    command = [compiler, "-static", "-w", "-o", str(folder / "hostile"), str(folder / "hostile.c")]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("nothing static can be linked here")
    return str(folder / "hostile")


def check_report(reported: dict) -> None:
    assert reported["uname"] == [
        *("Linux", "workstation", KERNEL.release, KERNEL.version, os.uname().machine)
    ]
    assert reported["hostname"] == "workstation"
    assert set(reported["cpus"]) == {6}
    assert reported["memory_kib"][0] == reported["memory_kib"][2] == MACHINE.memory_kib
    assert reported["memory_kib"][1] == MACHINE.memory_kib // 4 * 4
    assert (
        reported["version"] == f"Linux version {KERNEL.release} {KERNEL.built} {KERNEL.version}\n"
    )
    assert reported["osrelease"] == KERNEL.release + "\n"
    assert reported["groups"][0] == "0::/init.scope\n"
    assert reported["groups"][1] == "0::/user.slice/user-1000.slice/session-2.scope\n"
    if os.uname().machine == "x86_64":
        assert reported["model"] == MACHINE.cpu_model


def test_files_and_system_calls_describe_one_machine(run):
    ended = run("python3", "-c", REPORT, spec=ELSEWHERE)
    check_report(json.loads(ended.stdout))


@pytest.mark.skipif(not Path("/proc/self/ns/time").exists(), reason="no namespaces of time")
def test_all_clocks_say_when_the_machine_was_started(run):
    ended = run("python3", "-c", REPORT, spec=ELSEWHERE)
    reported = json.loads(ended.stdout)
    assert all(UPTIME_S <= uptime < UPTIME_S + 60 for uptime in reported["uptime"])
    assert reported["booted"][0] == pytest.approx(reported["booted"][1], abs=30)


def test_an_ordinary_users_lab_shows_the_same():
    """Rootless, from a process of its own: the ways to the client's memory are others there."""
    if os.geteuid() != 0:
        pytest.skip("all of these tests are rootless already")
    try:
        user = pwd.getpwnam("tester")
    except KeyError:
        pytest.skip("there is no ordinary user to try it as")
    python = "/usr/bin/python3"
    program = """
import pickle, sys, tempfile
from pathlib import Path
import msgspec
from lab.sandbox.cell.cell import Cell
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.login_variables import add_login_variables
reported = pickle.loads(bytes.fromhex(sys.argv[1])).settled()
reported = msgspec.structs.replace(reported, variables=add_login_variables(reported))
with tempfile.TemporaryDirectory() as locales, Cell.open() as cell:
    jail = Jail(reported, ("python3", "-c", sys.argv[2]))
    end = run_jail(cell, jail, Path(locales))
sys.stderr.buffer.write(end.stderr)
sys.stdout.buffer.write(end.stdout)
"""
    folders = [str(Path(lab.__file__).parent.parent), str(Path(msgspec.__file__).parent.parent)]
    quiet = "import ctypes; ctypes.CDLL(None).prctl(4, 0)\n"  # as hardened clients are
    for reported in (REPORT, quiet + REPORT):
        ended = subprocess.run(
            [python, "-B", "-c", program, pickle.dumps(ELSEWHERE).hex(), reported],
            env={"PYTHONPATH": ":".join(folders), "HOME": "/tmp"},
            cwd="/",
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        if "ModuleNotFoundError" in ended.stderr or "PermissionError" in ended.stderr:
            pytest.skip("the ordinary user cannot read the lab")
        assert ended.returncode == 0, ended.stderr
        check_report(json.loads(ended.stdout))


def test_programs_say_the_same(run):
    script = "uname -rvn; nproc; free -k | sed -n 2p; uptime -p; lscpu | grep '^CPU(s)'; hostname"
    lines = run("sh", "-c", script, spec=ELSEWHERE).stdout.decode().splitlines()
    assert lines[0] == f"workstation {KERNEL.release} {KERNEL.version}"
    assert lines[1] == "6"
    assert lines[2].split()[1] == str(MACHINE.memory_kib)
    assert lines[3] == "up 3 days, 6 hours, 10 minutes"
    assert lines[4].split()[1] == "6"
    assert lines[5] == "workstation"


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")
def test_node_says_the_same(run):
    script = """
const os = require("os");
console.log(JSON.stringify([os.cpus().length, os.cpus()[0].model, os.availableParallelism?.(),
  os.totalmem(), os.release(), os.version(), Math.floor(os.uptime()), os.loadavg()[0],
  os.networkInterfaces().eth0?.[0].mac]));
"""
    reported = json.loads(run("node", "-e", script, spec=ELSEWHERE).stdout)
    assert reported[0] == 6
    assert reported[2] in (6, None)
    assert reported[3:8] == [
        MACHINE.memory_kib * 1024,
        KERNEL.release,
        KERNEL.version,
        UPTIME_S,
        0.21,
    ]
    if os.uname().machine == "x86_64":
        assert reported[1] == MACHINE.cpu_model


def test_a_static_program_gets_the_same_answers_and_bad_calls_fail(run, static_program):
    ended = run(static_program, readable=(static_program,), spec=ELSEWHERE)
    lines = ended.stdout.decode().splitlines()
    assert [line.strip() for line in lines] == [
        "nowhere -1 EFAULT",
        "null -1 EFAULT",
        "kernel -1 EFAULT",
        "end -1 EFAULT",
        "half -1 EFAULT",
        "mask -1 EFAULT",
        "short -1 EINVAL",
        "odd -1 EINVAL",
        "absent -1 ESRCH",
        "negative -1 ESRCH",
        "other 8",
        "pin 0",
        "uname 0",
        "sysinfo 0",
        "processors 6",
        f"{KERNEL.release} {MACHINE.memory_kib}",
    ], ended


def test_many_threads_ask_at_once(run):
    script = """
import os, threading
wrong = []
def ask():
    for _ in range(30):
        if os.uname().release != "5.10.0-made-up" or os.cpu_count() != 6:
            wrong.append(os.uname())
threads = [threading.Thread(target=ask) for _ in range(64)]
for each in threads: each.start()
for each in threads: each.join()
print(wrong)
"""
    ended = run("python3", "-c", script, spec=ELSEWHERE)
    assert ended.stdout == b"[]\n", ended


def test_a_caller_that_dies_while_it_waits_does_no_harm(run):
    script = """
import os, signal, time
for turn in range(150):
    child = os.fork()
    if child == 0:
        while True: os.uname()
    time.sleep(turn % 7 / 5000)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
print(os.uname().release)
"""
    ended = run("python3", "-c", script, spec=ELSEWHERE)
    assert ended.stdout.decode() == KERNEL.release + "\n", ended


def test_who_is_interrupted_while_it_waits_is_answered_nevertheless(run):
    script = """
import os, signal
beats = []
signal.signal(signal.SIGALRM, lambda *_: beats.append(1))
signal.siginterrupt(signal.SIGALRM, False)  # as Go, Node and shells have it
signal.setitimer(signal.ITIMER_REAL, 0.0002, 0.0002)
reported = {os.uname().release for _ in range(2000)}
signal.setitimer(signal.ITIMER_REAL, 0)
print(reported, len(beats) > 10)
"""
    ended = run("python3", "-c", script, spec=ELSEWHERE)
    assert ended.stdout.decode() == f"{{'{KERNEL.release}'}} True\n", ended


def test_a_client_that_calls_without_end_is_ended(run):
    script = """
import os
for _ in range(40):
    if os.fork() == 0: break
while True: os.uname()
"""
    ended = run("python3", "-c", script, limits=Limits(wall_s=1.0))
    assert ended.verdict == "timed out"


def test_the_lab_keeps_no_descriptors(run):
    before = len(os.listdir("/proc/self/fd"))
    run("uname")
    assert len(os.listdir("/proc/self/fd")) == before


HOSTS = """version cpuinfo meminfo stat uptime loadavg interrupts softirqs vmstat diskstats
partitions zoneinfo buddyinfo iomem ioports devices consoles sys/kernel/osrelease
sys/kernel/version sys/kernel/random/boot_id sys/kernel/threads-max 1/cgroup config.gz"""


def test_no_file_says_what_the_hosts_says(run):
    script = """
import json, sys
reported = {}
for name in sys.argv[1:]:
    try: reported[name] = open("/proc/" + name, "rb").read().hex()
    except OSError: pass
print(json.dumps(reported))
"""
    reported = json.loads(run("python3", "-c", script, *HOSTS.split()).stdout)
    assert len(reported) > 10
    for name, content in reported.items():
        assert bytes.fromhex(content) != Path("/proc", name).read_bytes(), name


def test_all_of_proc_but_processes_is_covered(run):
    script = "cat /proc/self/mountinfo; ls -F /proc"
    text = run("sh", "-c", script).stdout.decode()
    covered = set(re.findall(r" /proc/(\S+) ro[, ]", text))
    listed = set(re.findall(r"^([a-z][^/@*\s]*)(?=/?$)", text, re.MULTILINE))
    rootless = (
        set()
        if os.geteuid() == 0
        else {name for name in listed if not os.access(f"/proc/{name}", os.R_OK)}
    )
    assert len(listed) > 20
    assert listed - rootless <= covered


def test_the_covers_stay_on(run):
    script = """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
user = os.getuid()
if libc.unshare(0x10000000 | 0x20000) == 0:
    open("/proc/self/setgroups", "w").write("deny")
    open("/proc/self/uid_map", "w").write(f"0 {user} 1")
done = [libc.umount2(place, 2) for place in (b"/proc/version", b"/proc/sys", b"/proc", b"/sys")]
done += [libc.mount(b"proc", b"/mnt", b"proc", 0, None)]
done += [libc.mount(b"/proc", b"/mnt", b"", 4096, None), libc.mount(b"/", b"/mnt", b"", 4096, None)]
print(set(done), open("/proc/version").read())
if os.fork() == 0:
    libc.unshare(0x20000000)
    if os.fork() == 0:
        print(libc.mount(b"proc", b"/mnt", b"proc", 0, None))
    else: os.wait()
    os._exit(0)
os.wait()
print(os.path.exists("/mnt/version"), os.path.exists("/sys/proc"))
"""
    ended = run("python3", "-u", "-c", script, spec=ELSEWHERE)
    assert ended.stdout.decode().splitlines() == [
        f"{{-1}} Linux version {KERNEL.release} {KERNEL.built} {KERNEL.version}",
        "",
        "-1",
        "False False",
    ], ended.stderr


def test_ids_are_random_where_they_should_be(run):
    script = """
        cd /proc/sys/kernel/random
        test "$(cat uuid)" != "$(cat uuid)" && echo random; cat boot_id
    """
    first, second = run("sh", "-c", script).stdout, run("sh", "-c", script).stdout
    other = run("sh", "-c", script, machine=Machine(machine_id="0" * 31 + "1")).stdout
    assert first.startswith(b"random\n")
    assert first == second != other


def test_firmware_and_cards(run):
    script = """
        cat /sys/class/dmi/id/product_name /sys/class/net/eth0/address; ls /sys/class/net
        ip -brief link show eth0
    """
    ended = run("sh", "-c", script)
    lines = ended.stdout.decode().splitlines()
    assert lines[:4] == [dict(BARE.machine.dmi)["product_name"], BARE.machine.mac, "eth0", "lo"]
    assert BARE.machine.mac in lines[4]
    assert run("ls", "/sys/class", machine=Machine(dmi=())).stdout == b"net\n"


def test_calls_that_reveal_the_host_are_refused(run):
    script = """
import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
numbers = {"x86_64": (103, 323), "aarch64": (116, 282), "riscv64": (116, 282)}
for number, arguments in zip(numbers[os.uname().machine], ((3, None, 0), (1,))):
    print(libc.syscall(number, *arguments), errno.errorcode[ctypes.get_errno()])
"""
    assert run("python3", "-c", script).stdout.split() == [b"-1", b"EPERM"] * 2


def test_limits_that_follow_from_memory_are_the_same_everywhere(run):
    ended = run("bash", "-c", "ulimit -i; ulimit -l")
    signals, locked = map(int, ended.stdout.split())
    assert (signals, locked) <= (7_500, 8_192)


def test_where_the_lab_may_not_answer_files_still_do(run, monkeypatch):
    monkeypatch.setattr(host_survey.seccomp_notify, "can_answer_syscalls", lambda: False)
    ended = run("sh", "-c", "uname -r; cat /proc/sys/kernel/osrelease", spec=ELSEWHERE)
    assert ended.stdout.decode().split() == [os.uname().release, KERNEL.release]


def test_where_memory_cannot_be_written_the_kernel_answers(run, monkeypatch):
    monkeypatch.setattr(seccomp_notify.SyscallListener, "_write", lambda self, *_: None)
    ended = run("sh", "-c", "uname -r; nproc", spec=ELSEWHERE)
    assert ended.stdout.decode().split() == [os.uname().release, str(os.cpu_count())]


def test_a_jail_that_cannot_be_finished_is_not_begun(run, monkeypatch):
    monkeypatch.setattr(
        host_survey, "_list_proc_entries", lambda proc, root: {"no-such-entry": "file"}
    )
    with pytest.raises(LabError, match="mount on /proc/no-such-entry: No such file"):
        run("true")


def test_the_platform_decides_the_groups(run):
    platform = Platform(cgroup="1:cpu:/docker/0123\n")
    ended = run("cat", "/proc/1/cgroup", "/proc/self/cgroup", platform=platform)
    assert ended.stdout == b"1:cpu:/docker/0123\n" * 2


def test_a_jail_that_bubblewrap_cannot_make_says_why(run, monkeypatch):
    monkeypatch.setattr(start, "build_seccomp_filter", lambda **_: b"no filter")
    with pytest.raises(LabError, match="the jail could not be made: bwrap: "):
        run("true")
