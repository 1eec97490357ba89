"""A cell: namespaces in which every address answers and from which nothing leads out.

Theory of operation.  ``unshare`` starts the holder (:mod:`lab.sandbox.cell.holder`) in new
network, mount and pid namespaces, and for an ordinary user in a new user namespace, where
it may do there what root may.  In the network there are the loopback device and devices
without an outer end, which pretend the network of the surroundings
(:mod:`lab.sandbox.cell.network_plan`); AnyIP routes make every address local, and TPROXY hands
every connection and datagram, whatever its address and port, to four sockets that are passed out to
the lab.  Setting up needs no right on the host, and all of it is gone when the holder ends.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import lab
from lab.errors import LabError, MachineError
from lab.factors.host_spec import BARE, HostSpec
from lab.internet.cell_sockets import CellSockets
from lab.observation.records import Exit
from lab.sandbox.cell import holder, isolation_check, network_plan
from lab.sandbox.cell.cgroup import ControlGroup, create_control_group
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.jail import execute
from lab.sandbox.jail.init import PERL
from lab.sandbox.jail.locales import find_default_cache
from lab.sandbox.jail.plan import Jail
from lab.sandbox.requirements import (
    SEARCH_PATH,
    check_requirements,
    describe_missing,
    find_device_kind,
    user_namespace_options,
)

__all__ = ["Cell"]

LAB_PARENT = str(Path(lab.__file__).parent.parent)

MAX_PROCESSES = 2048
"""In one cell at once, threads included, where a control group can hold it to that."""

ANSWER_TIMEOUT_S = 60.0
"""For an answer of the holder: the longest is freeing what a large trial left."""


class Cell:
    """One cell, kept over many trials, one at a time.  Open it with :meth:`open`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        trials: HolderClient,
        sockets: CellSockets,
        processes: int,
        cache: Path,
    ) -> None:
        self.sockets = sockets
        self._process = process
        self._trials = trials
        self._processes = processes
        self._cache = cache
        self._busy = threading.Lock()
        self._closed = False

    @classmethod
    def open(cls, cache: Path | None = None) -> Cell:
        """A new cell; MachineError says in one line what is missing and how to get it.

        ``cache`` is the folder for compiled locales; by default one in the user's cache.
        """
        tools = {name: _find_tool(name) for name in ("unshare", "ip", "nft", "bwrap")}
        replies, far_replies = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        trials, far_trials = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        rootless = user_namespace_options()
        command = [tools["unshare"], *rootless, "--net", "--mount", "--ipc", "--pid", "--fork"]
        command += ["--kill-child", "--", sys.executable, "-I", "-S", "-c", holder.START]
        command += [LAB_PARENT, str(far_replies.fileno()), str(far_trials.fileno())]
        command += [tools["ip"], tools["nft"], tools["bwrap"], PERL]
        group = None if rootless else create_control_group(MAX_PROCESSES)
        if group is not None:
            join = 'echo $$ >"$0" && exec "$@"'
            command = ["/bin/sh", "-c", join, str(group.procs_file), *command]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(far_replies.fileno(), far_trials.fileno()),
            env={},
            start_new_session=True,
            extra_groups=None if rootless else [],
        )
        far_replies.close()
        far_trials.close()
        trials.settimeout(ANSWER_TIMEOUT_S)
        replies.settimeout(ANSWER_TIMEOUT_S)
        text, received = _read_greeting(process, trials)
        if not text.startswith("ready "):
            replies.close()
            trials.close()
            if group is not None:
                group.remove()
            raise MachineError(describe_missing(check_requirements()) or _explain_failure(text))
        *handed, processes = received
        tcp4, tcp6, udp4, udp6, packets = (socket.socket(fileno=each) for each in handed)
        channel = HolderClient(replies)

        def reply(address: str, port: int) -> socket.socket:
            return socket.socket(fileno=channel.request(f"reply {address} {port}")[1][0])

        sockets = CellSockets(tcp4, tcp6, udp4, udp6, reply, packets)
        cell = cls(process, HolderClient(trials), sockets, processes, cache or find_default_cache())
        cell._replies = channel
        cell._group = group
        try:
            cell._set_network(BARE)
        except LabError as refused:
            cell.close()
            raise MachineError(
                describe_missing(check_requirements()) or _explain_failure(str(refused))
            ) from refused
        return cell

    _replies: HolderClient
    _group: ControlGroup | None = None
    _network = network_plan.LOOPBACK_ONLY

    def prove_isolated(self) -> tuple[str, ...]:
        """Lines of evidence that nothing leads out; LabError if anything does.

        Must run before the sockets are served, because it is the one to accept what its
        own jail sends.
        """
        with self._busy:
            self._set_network(BARE)
        return isolation_check.prove_isolated(
            self._trials, self.sockets, self._network.names, self.run
        )

    def run(self, jail: Jail, between: Callable[[Exit], None] | None = None) -> Exit:
        """Run one trial to its end.  LabError where the jail itself could not be made.

        ``between`` is called after each earlier run that the surroundings ask for, with its
        end, when nothing of it runs any more.
        Blocks; one at a time a cell, from any thread.
        """
        with self._busy:
            if self._closed:
                raise LabError("this cell is closed; open another one")
            self._set_network(jail.spec)
            return execute.run_jail(self._trials, self._processes, jail, self._cache, between)

    def _set_network(self, surroundings: HostSpec) -> None:
        """Give the cell this network, unless it has it; UsageError where there is none such."""
        kind = find_device_kind()
        mac = surroundings.machine.mac
        wanted = network_plan.plan_network(surroundings.network, mac, pretending=kind is not None)
        if wanted == self._network:
            return
        doomed, commands = network_plan.plan_change(self._network, wanted, kind or "none")
        self._network = network_plan.LOOPBACK_ONLY  # as the holder leaves it where it fails
        with open(os.memfd_create("network"), "w+b") as plan:
            plan.write(f"{' '.join(doomed)}\0{commands}\0".encode())
            plan.write(network_plan.encode_own_addresses(wanted))
            plan.seek(0)
            self._trials.request("network", [plan.fileno()])
        self._network = wanted

    def close(self) -> None:
        """End everything in the cell; safe to call twice, and while a trial runs."""
        if self._closed:
            return
        self._closed = True
        self._process.kill()  # its child, the holder, is killed with it
        self._process.wait()
        if self._group is not None:
            self._group.remove()
        with self._busy:
            self._trials.close()
            self._replies.close()
            os.close(self._processes)
            for each in (
                self.sockets.tcp4,
                self.sockets.tcp6,
                self.sockets.udp4,
                self.sockets.udp6,
                self.sockets.packets,
            ):
                if each is not None:
                    each.close()

    def __enter__(self) -> Cell:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
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
    """The holder's first words, or what unshare said instead."""
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
