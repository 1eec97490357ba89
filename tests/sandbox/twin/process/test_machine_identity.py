"""The machine and its accounts, by system call."""

from __future__ import annotations

import getpass
import grp
import os
import platform
import pwd
import socket
import uuid

import pytest

from lab.factors.host_spec import BARE


def test_the_user(observe):
    def ask():
        entry = pwd.getpwuid(os.getuid())
        return [
            [os.getuid(), os.geteuid(), os.getgid(), os.getegid(), list(os.getresuid())],
            os.getgroups(),
            list(entry),
            pwd.getpwnam("jsoder").pw_dir,
            grp.getgrgid(os.getgid()).gr_name,
            grp.getgrnam("jsoder").gr_gid,
            len(pwd.getpwall()) > 5,
            getpass.getuser(),
        ]

    level = "jsoder:Jörgen Söder:1234:/home/jsoder:/bin/zsh"
    assert observe.result_of(ask, {"user": level}) == [
        [1234, 1234, 1234, 1234, [1234, 1234, 1234]],
        [],
        ["jsoder", "x", 1234, 1234, "Jörgen Söder,,,", "/home/jsoder", "/bin/zsh"],
        "/home/jsoder",
        "jsoder",
        1234,
        True,
        "jsoder",
    ]


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (lambda: pwd.getpwnam("nobodyhere"), "KeyError"),
        (lambda: pwd.getpwuid(4242), "KeyError"),
        (lambda: pwd.getpwuid("dev"), "TypeError"),
        (lambda: grp.getgrgid(4242), "KeyError"),
        (os.getlogin, "OSError"),
        (lambda: os.setuid(0), "PermissionError"),
        (lambda: socket.sethostname("x"), "PermissionError"),
    ],
)
def test_what_there_is_not(observe, ask, error):
    def try_it():
        try:
            return repr(ask())
        except Exception as found:  # noqa: BLE001
            return type(found).__name__

    assert observe.result_of(try_it) == error


def test_the_machine(observe):
    def ask():
        return [
            os.cpu_count(),
            len(os.sched_getaffinity(0)),
            os.sysconf("SC_NPROCESSORS_ONLN"),
            os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 1024,
            list(os.uname())[:4],
            [platform.node(), platform.release(), platform.version(), platform.system()],
            platform.processor(),
            f"{uuid.getnode():012x}",
            uuid.uuid1().hex[-12:],
            platform.freedesktop_os_release()["ID"],
        ]

    machine, kernel = BARE.machine, BARE.platform.kernel
    mac = machine.mac.replace(":", "")
    assert observe.result_of(ask, {"hostname": "juniper"}) == [
        machine.cpus,
        machine.cpus,
        machine.cpus,
        machine.memory_kib // 4 * 4,
        ["Linux", "juniper", kernel.release, kernel.version],
        ["juniper", kernel.release, kernel.version, "Linux"],
        "",
        mac,
        mac,
        "debian",
    ]


def test_no_trial_remembers_anothers_machine(observe):
    names = [observe.result_of(platform.node, {"hostname": name}) for name in ("juniper", "atlas")]
    assert names == ["juniper", "atlas"]


@pytest.mark.parametrize(
    ("level", "full"),
    [("juniper", "juniper"), ("build07.eng.example.com", "build07.eng.example.com")],
)
def test_the_host_name(observe, level, full):
    def ask():
        return [
            socket.gethostname(),
            socket.getfqdn(),
            socket.gethostbyname(socket.gethostname()),
            os.uname().nodename,
        ]

    name = level.partition(".")[0]
    assert observe.result_of(ask, {"hostname": level}) == [name, full, "127.0.1.1", name]
