"""A cell: namespaces in which every address answers and from which nothing leads out.

Theory of operation.  ``unshare`` starts the holder (:mod:`lab.sandbox.cell.holder`) in new
network, mount, IPC and pid namespaces, for an ordinary user also in a new user namespace, in
which it has root's rights.  The network has the loopback device and devices without a peer,
which simulate the interfaces of the host spec (:mod:`lab.sandbox.cell.network_plan`).  AnyIP
routes make every address local, and TPROXY delivers every connection and datagram, to any
address and port, to four sockets that are passed out to the lab.  Opening a cell needs no
right on the host, and the kernel removes all of it when the holder ends.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from lab.errors import LabError, MachineError
from lab.factors.host_spec import BARE, HostSpec
from lab.internet.cell_sockets import CellSockets
from lab.sandbox.cell import holder
from lab.sandbox.cell.cgroup import ControlGroup, create_control_group
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.cell.kernel_support import SEARCH_PATH, find_device_kind, user_namespace_options
from lab.sandbox.cell.network_change import encode_own_addresses, plan_change
from lab.sandbox.cell.network_plan import LOOPBACK_ONLY, plan_network

__all__ = ["Cell"]

LAB_PARENT = str(Path(__file__).parents[3])
"""The folder that holds the package ``lab``."""

MAX_PROCESSES = 2048
"""Processes and threads in one cell, where a control group can limit them."""

ANSWER_TIMEOUT_S = 60.0
"""For an answer of the holder; the slowest is the release of a large trial's memory."""


class Cell:
    """One cell, for many trials, one at a time.  Open it with :meth:`open`."""

    _network = LOOPBACK_ONLY

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        clients: tuple[HolderClient, HolderClient],
        sockets: CellSockets,
        processes: int,
        group: ControlGroup | None,
    ) -> None:
        self.sockets = sockets
        self.processes = processes
        """Open directory: the cell's /proc."""
        self._process = process
        self._trials, self._replies = clients
        self._group = group
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, diagnose: Callable[[], str | None] = lambda: None) -> Cell:
        """Open a new cell.

        Args:
            diagnose: Finds what this machine lacks, in one line, or None.  It is called where
                a cell cannot be made, and its result replaces the kernel's message.

        Raises:
            MachineError: A cell cannot be made here; the message names the reason.
        """
        tools = {name: _find_tool(name) for name in ("unshare", "ip", "nft", "bwrap")}
        replies, replies_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        trials, trials_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        rootless = user_namespace_options()
        command = [tools["unshare"], *rootless, "--net", "--mount", "--ipc", "--pid", "--fork"]
        command += ["--kill-child", "--", sys.executable, "-I", "-S", "-c", holder.START]
        command += [LAB_PARENT, str(replies_end.fileno()), str(trials_end.fileno())]
        command += [tools["ip"], tools["nft"], tools["bwrap"]]
        group = None if rootless else create_control_group(MAX_PROCESSES)
        if group is not None:
            join = 'echo $$ >"$0" && exec "$@"'
            command = ["/bin/sh", "-c", join, str(group.procs_file), *command]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(replies_end.fileno(), trials_end.fileno()),
            env={},
            start_new_session=True,
            extra_groups=None if rootless else [],
        )
        replies_end.close()
        trials_end.close()
        trials.settimeout(ANSWER_TIMEOUT_S)
        replies.settimeout(ANSWER_TIMEOUT_S)
        text, received = _read_greeting(process, trials)
        if not text.startswith("ready "):
            replies.close()
            trials.close()
            if group is not None:
                group.remove()
            raise MachineError(diagnose() or _explain_failure(text))
        *descriptors, processes = received
        tcp4, tcp6, udp4, udp6, packets = (socket.socket(fileno=each) for each in descriptors)
        clients = HolderClient(trials), HolderClient(replies)

        def reply(address: str, port: int) -> socket.socket:
            return socket.socket(fileno=clients[1].request(f"reply {address} {port}")[1][0])

        sockets = CellSockets(tcp4, tcp6, udp4, udp6, reply, packets)
        cell = cls(process, clients, sockets, processes, group)
        try:
            cell._set_network(BARE)
        except LabError as refused:
            cell.close()
            raise MachineError(diagnose() or _explain_failure(str(refused))) from refused
        return cell

    @property
    def interface_names(self) -> tuple[str, ...]:
        """Names of the simulated network interfaces, without ``lo``."""
        return self._network.names

    @contextmanager
    def reserve(self, spec: HostSpec) -> Iterator[HolderClient]:
        """Reserve the cell for one trial and give it the network of this host.

        Blocks while another thread has reserved it.

        Yields:
            The client of the holder, to start a jail.

        Raises:
            LabError: The cell is closed.
            UsageError: No machine can have such a network.
            MachineError: This kernel cannot simulate it.
        """
        with self._lock:
            if self._closed:
                raise LabError("this cell is closed; open another one")
            self._set_network(spec)
            yield self._trials

    def _set_network(self, spec: HostSpec) -> None:
        """Give the cell the network of this host, unless it has it already."""
        kind = find_device_kind()
        wanted = plan_network(spec.network, spec.machine.mac, has_device=kind is not None)
        if wanted == self._network:
            return
        deleted, commands = plan_change(self._network, wanted, kind or "none")
        self._network = LOOPBACK_ONLY  # the holder leaves it so where it fails
        with open(os.memfd_create("network"), "w+b") as plan:
            plan.write(f"{' '.join(deleted)}\0{commands}\0".encode())
            plan.write(encode_own_addresses(wanted))
            plan.seek(0)
            self._trials.request("network", [plan.fileno()])
        self._network = wanted

    def close(self) -> None:
        """End every process in the cell.  Safe to call twice, and while a trial runs."""
        if self._closed:
            return
        self._closed = True
        self._process.kill()  # its child, the holder, is killed with it
        self._process.wait()
        if self._group is not None:
            self._group.remove()
        with self._lock:
            self._trials.close()
            self._replies.close()
            os.close(self.processes)
            for each in (
                self.sockets.tcp4,
                self.sockets.tcp6,
                self.sockets.udp4,
                self.sockets.udp6,
                self.sockets.packets,
            ):
                if each is not None:
                    each.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


def _find_tool(name: str) -> str:
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise MachineError(
            f"the program {name} is missing, without which no cell can be made; "
            "get it with: lab doctor --install"
        )
    return found


def _read_greeting(
    process: subprocess.Popen[bytes], trials: socket.socket
) -> tuple[str, list[int]]:
    """Read the holder's first message, or the error that unshare printed instead."""
    assert process.stderr is not None
    with process.stderr as errors:
        try:
            message, received, _, _ = socket.recv_fds(trials, 4096, 16)
        except TimeoutError:
            process.kill()
            message, received = b"error it did not answer", []
        if not message.startswith(b"ready "):
            process.kill()
            process.wait()
            message = message or b"error " + errors.read(2000).strip()
        return message.decode(errors="replace"), received


def _explain_failure(text: str) -> str:
    reason = text.removeprefix("error ").strip().replace("\n", "; ")
    return (
        f"this machine does not let a cell be made ({reason}); "
        "see what is missing with: lab doctor --install"
    )
