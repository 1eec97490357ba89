"""The program inside a cell: it holds the namespaces, and does there what it is asked.

Run as ``unshare … --net --mount --pid --fork python -I -S …`` (see :data:`START`); it imports
of the lab only :mod:`lab.sandbox.cell.netns` and :mod:`lab.sandbox.cell.subprocesses`, and little
of the standard library, so that a cell opens fast.

Theory of operation.  The holder is process 1 of a pid namespace, so everything that ever
runs in the cell is its descendant.  This gives two guarantees from the kernel: when the
holder ends, for whatever reason, nothing of the cell is left; and when ``wait`` says that
there are no more children, nothing of a trial is left.  It ends when the lab's ends of its
two sockets close, hence also when the lab is killed.

Two sockets, one request and one answer at a time on each (``SOCK_SEQPACKET``, words in
ASCII, file descriptors beside them):

=======================  =====================================================
``reply ADDRESS PORT``   a UDP socket bound to a foreign address
``network``              another network: interfaces to delete, commands for ip, and a
                         message to netfilter
``fresh BYTES``          a new, empty, size-limited tree; answers its directory
``mount_folders``                 puts host folders into the tree as 0, 1, 2 …, and what covers
``spawn TTY COLS ROWS``  starts a jail; with pseudo-terminal: answers the master
``reap``                 kills what still runs, waits for all; answers CPU seconds
``inspect``              interfaces and routes of the cell, as text in a file
=======================  =====================================================

The tree of a trial is a tmpfs mounted over ``/sys`` *of this mount namespace*: a directory
that exists everywhere, that no client's files are under, and that needs no clean-up.

A bind mount tells in /proc/self/mountinfo where on its disk the folder lies: whose home,
and in which lab.  An overlay does not, so folders are shown through overlays of the folder
and nothing.  Kernels before 5.11 keep these to root; there the folder is bound as it is.
Through an overlay, sockets and pipes lead nowhere either, which somebody outside listens at.

A client of root's lab has root's user id on the host, though no capability.  It would own
the devices' files, hence be able to change their modes, so these are made read-only here.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import os
import resource
import select
import signal
import socket
import struct
import time

from lab.sandbox.cell.netns import NetworkNamespace, open_catch_all_socket, open_reply_socket

__all__ = ["START", "TREE"]

START = """
import sys
sys.path.append(sys.argv[1])
from lab.sandbox.cell.holder import main
main(sys.argv[2:])
"""
"""What Python runs, and after it the folder that the lab is in."""

TREE = "/sys"
ETH_P_ALL = 3
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND = 1, 2, 4, 8, 4096
MS_REMOUNT = 32
MNT_DETACH = 2
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
KEPT_FLAGS = {
    os.ST_NOSUID: MS_NOSUID,
    os.ST_NODEV: MS_NODEV,
    os.ST_NOEXEC: MS_NOEXEC,
    os.ST_NOATIME: 1 << 10,
    os.ST_NODIRATIME: 1 << 11,
    os.ST_RELATIME: 1 << 21,
}
"""What statvfs says of a mount, and how mount(2) is told to leave it so."""
CLONE_NEWTIME = 0x80
SIGNALS = 7_500
LOCKED_BYTES = 8 << 20
STACK_BYTES = 8 << 20
UNLIMITED = (
    resource.RLIMIT_AS,
    resource.RLIMIT_CPU,
    resource.RLIMIT_DATA,
    resource.RLIMIT_FSIZE,
    resource.RLIMIT_RSS,
    resource.RLIMIT_RTTIME,
)
"""What an ordinary machine does not limit."""
TIOCSWINSZ = 0x5414
TIOCSPTLCK = 0x40045431
TIOCGPTPEER = 0x5441

libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> None:
    """Set up, say so, and serve until the lab is gone."""
    replies = socket.socket(fileno=int(arguments[0]))
    trials = socket.socket(fileno=int(arguments[1]))
    ip, nft, bwrap, perl = arguments[2:]
    for channel in (replies, trials):
        channel.set_inheritable(False)
    # The pid as the lab sees it: /proc is still the lab's own.
    outer_pid = os.readlink("/proc/self")
    try:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "")
        for name in DEVICES:
            make_device_read_only(f"/dev/{name}")
        wires = NetworkNamespace(ip, nft)
        listening = [
            open_catch_all_socket(socket.AF_INET, socket.SOCK_STREAM),
            open_catch_all_socket(socket.AF_INET6, socket.SOCK_STREAM),
            open_catch_all_socket(socket.AF_INET, socket.SOCK_DGRAM),
            open_catch_all_socket(socket.AF_INET6, socket.SOCK_DGRAM),
        ]
        packets = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        packets.bind(("lo", 0))
        processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    except OSError as failure:
        trials.send(f"error {failure}".encode()[:4000])
        return
    handed = [*(each.fileno() for each in listening), packets.fileno(), processes]
    socket.send_fds(trials, [b"ready " + outer_pid.encode()], handed)
    # The lab now owns these; a copy kept here would keep connections open after a close.
    for each in (*listening, packets):
        each.close()
    os.close(processes)
    Holder(replies, trials, bwrap, perl, wires).serve()


class Holder:
    """Serves the two sockets."""

    def __init__(
        self,
        replies: socket.socket,
        trials: socket.socket,
        bwrap: str,
        perl: str,
        wires: NetworkNamespace,
    ) -> None:
        self.replies = replies
        self.trials = trials
        self.bwrap = bwrap
        self.perl = perl
        self.network = wires
        self.tree_mounted = False

    def serve(self) -> None:
        """Answer requests until either socket ends."""
        poll = select.poll()
        poll.register(self.replies, select.POLLIN)
        poll.register(self.trials, select.POLLIN)
        while True:
            for number, _ in poll.poll():
                channel = self.replies if number == self.replies.fileno() else self.trials
                message, received, _, _ = socket.recv_fds(channel, 4096, 16)
                if not message:
                    return
                try:
                    text, sent = self.answer(message.decode().split(), received)
                except OSError as failure:
                    text, sent = f"error {failure}", []
                finally:
                    close_all(received)
                try:
                    socket.send_fds(channel, [text.encode()[:4000]], sent)
                except BrokenPipeError:
                    return
                finally:
                    close_all(sent)

    def answer(self, words: list[str], received: list[int]) -> tuple[str, list[int]]:
        """The answer to one request: text, and descriptors to send and then close."""
        if words[0] == "reply":
            return "ok", [open_reply_socket(words[1], int(words[2]))]
        if words[0] == "network":
            with open(os.dup(received[0]), "rb") as plan:
                doomed, commands, message = plan.read().split(b"\0", 2)
            self.network.replace_network(doomed.decode().split(), commands.decode(), message)
            return "ok", []
        if words[0] == "fresh":
            return "ok", [self.make_tree(int(words[1]))]
        if words[0] == "show":
            with open(os.dup(received[0]), "rb") as folders:
                mount_folders([os.fsdecode(each) for each in folders.read().split(b"\0") if each])
            return "ok", []
        if words[0] == "spawn":
            return self.spawn(words[1:], received)
        if words[0] == "reap":
            return reap(), []
        if words[0] == "inspect":
            return "ok", [self.network.inspect()]
        raise OSError(f"unknown request {words[0]}")

    def make_tree(self, size: int) -> int:
        """A new tree, empty but for the pseudo-terminals; the old one is gone."""
        if self.tree_mounted:
            check_result(libc.umount2(TREE.encode(), MNT_DETACH), "umount the tree")
            self.tree_mounted = False
        options = f"size={size},nr_inodes={max(4096, min(size // 4096, 1 << 20))},mode=755"
        mount("tmpfs", TREE, "tmpfs", MS_NOSUID | MS_NODEV, options)
        self.tree_mounted = True
        os.mkdir(f"{TREE}/pts")
        options = "newinstance,ptmxmode=0666,mode=620"
        mount("devpts", f"{TREE}/pts", "devpts", MS_NOSUID | MS_NOEXEC, options)
        return os.open(TREE, os.O_RDONLY | os.O_DIRECTORY)

    def spawn(self, words: list[str], received: list[int]) -> tuple[str, list[int]]:
        """Start bubblewrap.  Received: arguments, start file, init, filter, status, stdio."""
        tty, columns, rows, processes, files, uptime = (int(word) for word in words)
        arguments, start, init, filtered, status, *standard = received
        sent: list[int] = []
        if tty:
            master = os.open(f"{TREE}/pts/ptmx", os.O_RDWR | os.O_NOCTTY)
            sent.append(master)
            unlocked = ctypes.c_int(0)
            check_result(
                libc.ioctl(master, TIOCSPTLCK, ctypes.byref(unlocked)), "unlock the terminal"
            )
            slave = check_result(
                libc.ioctl(master, TIOCGPTPEER, os.O_RDWR | os.O_NOCTTY), "open it"
            )
            size = struct.pack("HHHH", rows, columns, 0, 0)
            check_result(libc.ioctl(slave, TIOCSWINSZ, size), "size the terminal")
            standard = [slave, slave, slave]
        try:
            pid = os.fork()
            if pid == 0:
                try:
                    exec_jail(
                        self.bwrap,
                        self.perl,
                        [*standard, status, start, arguments, init, filtered],
                        processes,
                        files,
                        uptime,
                    )
                finally:
                    os._exit(125)
        finally:
            if tty:
                os.close(slave)
        self.network.finish_deletion()  # now, while bubblewrap works; the client itself comes later
        return f"ok {pid}", sent


def mount_folders(folders: list[str]) -> None:
    """Show these folders of the host as ``TREE/0``, ``TREE/1``, …, and what covers others."""
    os.chdir(TREE)  # the overlay's options can be read inside, so they name no more than needed
    try:
        os.mkdir("files")
        os.mkdir("empty")
        for number, folder in enumerate(folders):
            os.mkdir(str(number))
            mount(folder, "files", "", MS_BIND, "")
            try:
                flags = MS_RDONLY | MS_NOSUID | MS_NODEV
                mount("overlay", str(number), "overlay", flags, "lowerdir=files:empty")
            except OSError:
                mount(folder, str(number), "", MS_BIND, "")
            check_result(libc.umount2(b"files", MNT_DETACH), "umount the folder")
    finally:
        os.chdir("/")


def make_device_read_only(device: str) -> None:
    """Let nobody in the cell change a device's file; the device itself works as before."""
    mount(device, device, "", MS_BIND, "")
    held = os.statvfs(device).f_flag
    kept = sum(flag for told, flag in KEPT_FLAGS.items() if held & told)
    mount("", device, "", MS_REMOUNT | MS_BIND | MS_RDONLY | kept, "")


def exec_jail(
    bwrap: str, perl: str, descriptors: list[int], processes: int, files: int, uptime: int
) -> None:
    """In the forked child: give it its descriptors 0 to 7 and limits, and become bubblewrap."""
    high = [duplicate_above(each, 32) for each in descriptors]
    for number, each in enumerate(high):
        os.dup2(each, number)
    os.closerange(len(high), 64)
    os.umask(0o022)
    # What a shell or nohup had this process ignore, each program that it starts would ignore.
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    for each in UNLIMITED:
        set_limit(each, resource.RLIM_INFINITY, resource.RLIM_INFINITY)
    set_limit(resource.RLIMIT_STACK, STACK_BYTES, resource.RLIM_INFINITY)
    set_limit(resource.RLIMIT_CORE, 0, 0)
    set_limit(resource.RLIMIT_NPROC, processes, processes)
    set_limit(resource.RLIMIT_NOFILE, 1024, files)
    # Of these, the kernel's defaults tell how much memory the host has.
    set_limit(resource.RLIMIT_SIGPENDING, SIGNALS, SIGNALS)
    set_limit(resource.RLIMIT_MEMLOCK, LOCKED_BYTES, LOCKED_BYTES)
    set_uptime(uptime)
    os.execve(bwrap, ["bwrap", "--args", "5", "--", perl, "/dev/fd/6"], {})


def set_uptime(uptime: int) -> None:
    """Let all that this process starts find that the machine began so many seconds ago.

    Before Linux 5.6 there are no time namespaces, and then it finds the host's time.
    """
    offsets = ""
    for name, clock in (("monotonic", time.CLOCK_MONOTONIC), ("boottime", time.CLOCK_BOOTTIME)):
        nanoseconds = uptime * 10**9 - time.clock_gettime_ns(clock)
        offsets += f"{name} {nanoseconds // 10**9} {nanoseconds % 10**9}\n"
    with contextlib.suppress(OSError):
        check_result(libc.unshare(CLONE_NEWTIME), "unshare the time")
        with open("/proc/self/timens_offsets", "w") as file:
            file.write(offsets)


def set_limit(what: int, soft: int, hard: int) -> None:
    """Set a limit, within what this process may set."""
    _, most = resource.getrlimit(what)
    hard = min_limit(hard, most)
    resource.setrlimit(what, (min_limit(soft, hard), hard))


def min_limit(one: int, other: int) -> int:
    """The lower of two limits, of which either may be none."""
    finite = [each for each in (one, other) if each != resource.RLIM_INFINITY]
    return min(finite, default=resource.RLIM_INFINITY)


def duplicate_above(descriptor: int, least: int) -> int:
    """A copy of the descriptor with a number of at least ``least``."""
    return fcntl.fcntl(descriptor, fcntl.F_DUPFD, least)


def reap() -> str:
    """Kill everything else in the cell and wait for it; its CPU seconds."""
    cpu = 0.0
    status = 0
    with contextlib.suppress(ProcessLookupError):  # there may be nothing left
        os.kill(-1, signal.SIGKILL)
    while True:
        try:
            _, status, usage = os.wait4(-1, 0)
        except ChildProcessError:
            return f"ok {cpu:.6f} {status}"
        cpu += usage.ru_utime + usage.ru_stime


def mount(source: str, target: str, kind: str, flags: int, options: str) -> None:
    """mount(2)."""
    result = libc.mount(
        os.fsencode(source), os.fsencode(target), kind.encode(), flags, options.encode()
    )
    check_result(result, f"mount {kind or source} on {target}")


def check_result(result: int, what: str) -> int:
    """The result of a C function, or OSError if it is −1."""
    if result == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def close_all(descriptors: list[int]) -> None:
    """Close them all."""
    for each in descriptors:
        os.close(each)
