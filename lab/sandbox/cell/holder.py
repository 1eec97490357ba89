"""The program inside a cell: it holds the namespaces and executes the lab's requests.

Run as ``unshare … --net --mount --pid --fork python -I -S …`` (see :data:`START`).  It imports
only a few modules of this package and little of the standard library, so that a cell opens
fast.

Theory of operation.  The holder is process 1 of a pid namespace, so every process that runs
in the cell is its descendant.  The kernel guarantees two things by that: when the holder
ends, for whatever reason, no process of the cell is left; and when ``wait`` reports that
there are no more children, no process of a trial is left.  It ends when the lab's ends of
its two sockets close, hence also when the lab is killed.

There are two sockets, each with one request and one answer at a time (``SOCK_SEQPACKET``,
words in ASCII, file descriptors beside them):

=======================  =====================================================
``reply ADDRESS PORT``   opens a UDP socket bound to a foreign address
``network``              replaces the network: interfaces to delete, commands for ip, and a
                         message to netfilter
``tree BYTES``           mounts a new, empty tree of limited size; answers its directory
``folders``              mounts folders of the host in the tree as 0, 1, 2 …, and ``empty``
``spawn TTY COLS ROWS``  starts a jail; with a pseudo-terminal: answers its master
``reap``                 kills what still runs, waits for all; answers CPU seconds
``inspect``              lists interfaces and routes of the cell, as text in a file
=======================  =====================================================
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import signal
import socket
import struct

from lab.sandbox.cell.exec_jail import exec_jail
from lab.sandbox.cell.libc import (
    MS_NODEV,
    MS_NOEXEC,
    MS_NOSUID,
    check_result,
    libc,
    mount,
)
from lab.sandbox.cell.netns import NetworkNamespace, open_catch_all_socket, open_reply_socket
from lab.sandbox.cell.tree_mounts import (
    TREE,
    make_device_read_only,
    mount_folders,
    mount_tree,
    unmount_tree,
)

__all__ = ["START"]

START = """
import sys
sys.path.append(sys.argv[1])
from lab.sandbox.cell.holder import main
main(sys.argv[2:])
"""
"""The program that Python runs; its first argument is the folder that holds the lab."""

ETH_P_ALL = 3
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
TIOCSWINSZ = 0x5414
TIOCSPTLCK = 0x40045431
TIOCGPTPEER = 0x5441


def main(arguments: list[str]) -> None:
    """Set up the cell, report that it is ready, and serve until the lab is gone."""
    replies = socket.socket(fileno=int(arguments[0]))
    trials = socket.socket(fileno=int(arguments[1]))
    ip, nft, bwrap = arguments[2:]
    for channel in (replies, trials):
        channel.set_inheritable(False)
    # The process id in the lab's namespace: /proc is still the lab's.
    outer_pid = os.readlink("/proc/self")
    try:
        mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "")
        for name in DEVICES:
            make_device_read_only(f"/dev/{name}")
        network = NetworkNamespace(ip, nft)
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
    descriptors = [*(each.fileno() for each in listening), packets.fileno(), processes]
    socket.send_fds(trials, [b"ready " + outer_pid.encode()], descriptors)
    # The lab owns these now; a copy here would keep connections open after it closes them.
    for each in (*listening, packets):
        each.close()
    os.close(processes)
    Holder(replies, trials, bwrap, network).serve()


class Holder:
    """Serve the two sockets of a cell."""

    def __init__(
        self,
        replies: socket.socket,
        trials: socket.socket,
        bwrap: str,
        network: NetworkNamespace,
    ) -> None:
        self.replies = replies
        self.trials = trials
        self.bwrap = bwrap
        self.network = network
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
        """Execute one request.

        Args:
            words: The request.
            received: Descriptors that came with it.

        Returns:
            The answer, and the descriptors to send with it and then close.

        Raises:
            OSError: The request is unknown, or fails.
        """
        if words[0] == "reply":
            return "ok", [open_reply_socket(words[1], int(words[2]))]
        if words[0] == "network":
            with open(os.dup(received[0]), "rb") as plan:
                deleted, commands, message = plan.read().split(b"\0", 2)
            self.network.replace_network(deleted.decode().split(), commands.decode(), message)
            return "ok", []
        if words[0] == "tree":
            return "ok", [self.make_tree(int(words[1]))]
        if words[0] == "folders":
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
        """Replace the tree by a new one of at most ``size`` bytes; return its directory."""
        if self.tree_mounted:
            unmount_tree()
            self.tree_mounted = False
        directory = mount_tree(size)
        self.tree_mounted = True
        return directory

    def spawn(self, words: list[str], received: list[int]) -> tuple[str, list[int]]:
        """Start bubblewrap.

        Args:
            words: Whether with a pseudo-terminal (0 or 1), its columns and rows, the limits of
                processes and of open files, and the uptime in seconds.
            received: Files with bubblewrap's arguments, process 1's instructions and program,
                and the seccomp filter; the status socket; without a pseudo-terminal also
                standard input, output and error.

        Returns:
            ``ok`` with the process id; the terminal's master, if there is one.
        """
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
        self.network.finish_deletion()  # while bubblewrap works; the client starts later
        return f"ok {pid}", sent


def reap() -> str:
    """Kill every other process in the cell and wait for it.

    Returns:
        ``ok``, the CPU seconds of what was waited for, and the last wait status.
    """
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


def close_all(descriptors: list[int]) -> None:
    """Close file descriptors."""
    for each in descriptors:
        os.close(each)
