"""What a client tries that wants out: to change the host, to reach it, to see behind covers."""

from __future__ import annotations

import os
import socket
import threading

import pytest

from lab.sandbox.jail.host_survey import _list_proc_entries

pytestmark = pytest.mark.cell


def test_nothing_of_the_kernels_settings_can_be_changed(run):
    # Above all core_pattern: whoever may write it has the machine.
    script = """
import os
found = []
for top in ("/proc/sys", "/proc/irq", "/proc/bus", "/proc/fs", "/proc/driver"):
    for folder, _, names in os.walk(top):
        for name in sorted(set(names) - {"ns_last_pid"}):  # everybody's, but for its own jail
            try: os.close(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_NONBLOCK))
            except OSError: continue
            found.append(os.path.join(folder, name))
print(os.path.exists("/proc/sys/kernel/core_pattern"), found)
"""
    assert run("python3", "-c", script).stdout == b"True []\n"


def test_what_only_root_may_read_of_proc_is_not_readable(run):
    script = "for name in kmsg timer_list vmallocinfo kcore; do cat /proc/$name; done"
    assert run("sh", "-c", script).stdout == b""


def test_all_of_proc_but_processes_and_links_is_there_to_be_covered(tmp_path):
    for name, mode in {"kmsg": 0o400, "stat": 0o444, "mtrr": 0o644, "1": 0o600}.items():
        (tmp_path / name).touch(mode)
    (tmp_path / "sys").mkdir()
    (tmp_path / "net").symlink_to("self/net")
    everybodys = {"mtrr": "file", "stat": "file", "sys": "folder"}
    assert _list_proc_entries(tmp_path, root=True) == {**everybodys, "kmsg": "closed"}
    assert _list_proc_entries(tmp_path, root=False) == everybodys


def test_devices_work_and_their_files_cannot_be_changed(run):
    before = [os.stat(f"/dev/{name}") for name in ("null", "zero", "tty")]
    script = """
        echo x >/dev/null && head -c 3 /dev/urandom | wc -c
        for name in null zero tty; do chmod 600 /dev/$name; touch -d 2001-01-01 /dev/$name; done
    """
    assert run("sh", "-c", script).stdout.split() == [b"3"]
    for name, was in zip(("null", "zero", "tty"), before, strict=True):
        now = os.stat(f"/dev/{name}")
        assert (now.st_mode, now.st_uid) == (was.st_mode, was.st_uid)
        assert now.st_mtime > 1_000_000_000


def test_who_listens_in_a_shown_folder_is_not_reached(run, tmp_path):
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        listening.listen()
        os.mkfifo(tmp_path / "pipe")
        reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
        script = f"""
import os, socket
try: socket.socket(socket.AF_UNIX).connect("{tmp_path}/socket"); print("reached")
except OSError: print("nobody")
try: os.open("{tmp_path}/pipe", os.O_WRONLY | os.O_NONBLOCK); print("reached")
except OSError: print("nobody")
"""
        ended = run("python3", "-c", script, readable=(str(tmp_path),))
        os.close(reading)
    assert ended.stdout.split() == [b"nobody"] * 2, ended.stderr


def test_abstract_sockets_of_the_host_are_not_reached(run):
    name = f"lab-test-{os.getpid()}-{threading.get_ident()}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("\0" + name)
        listening.listen()
        script = f'import socket; socket.socket(socket.AF_UNIX).connect("\\0{name}")'
        ended = run("python3", "-c", script)
    assert b"ConnectionRefusedError" in ended.stderr


def test_nothing_is_seen_of_process_1_and_nothing_inherited(run):
    script = """
        ls /proc/self/fd | tr '\\n' ' '
        cat /proc/1/environ /proc/1/maps; ls /proc/1/root/ /proc/1/cwd/
        echo forged >/proc/1/fd/3; kill -9 1; kill -STOP 1; echo alive; grep -c . /proc/net/unix
    """
    ended = run("sh", "-c", script)
    assert ended.stdout.decode().split() == ["0", "1", "2", "3", "alive", "1"], ended.stderr
    assert (ended.verdict, ended.code) == ("finished", 0)


def test_no_namespace_of_the_clients_own_lifts_a_cover(run, tmp_path):
    (tmp_path / ".lab").mkdir()
    (tmp_path / ".lab" / "key").touch()
    script = f"""
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
user, group = os.getuid(), os.getgid()
if libc.unshare(0x10000000 | 0x20000) == 0:
    open("/proc/self/setgroups", "w").write("deny")
    open("/proc/self/uid_map", "w").write(f"0 {{user}} 1")
    print("root" if os.getuid() == 0 else "user")
    print(libc.umount2(b"{tmp_path}/.lab", 2), libc.mount(b"{tmp_path}", b"/mnt", b"", 4096, None))
    libc.mount(b"{tmp_path}", b"/mnt", b"", 4096 | 16384, None)
    print(os.listdir("/mnt/.lab"), libc.mount(b"", b"/usr", b"", 32 | 4096, None))
else:
    print("refused")
print(os.listdir("{tmp_path}/.lab"))
"""
    ended = run("python3", "-c", script, readable=(str(tmp_path),), hidden=(f"{tmp_path}/.lab",))
    if os.geteuid() == 0:
        # Root's lab: the client has root's user id outside, so it may make none.
        assert ended.stdout.decode().split("\n")[:2] == ["refused", "[]"], ended.stderr
    else:
        assert ended.stdout == b"root\n-1 -1\n[] -1\n[]\n", ended.stderr
