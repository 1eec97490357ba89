"""A cell: namespaces in which every address answers and from which nothing leads out.

Theory of operation.  ``unshare`` starts the holder (:mod:`lab.sandbox.holder`) in new
network, mount and pid namespaces, and for an ordinary user in a new user namespace, where
it may do there what root may.  In the network there is only the loopback device; AnyIP
routes make every address local, and TPROXY hands every connection and datagram, whatever
its address and port, to four sockets that are passed out to the lab.  Setting up needs no
right on the host, and all of it is gone when the holder ends.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

from lab.errors import LabError, MachineError
from lab.internet.sockets import CellSockets
from lab.observation.records import Exit
from lab.sandbox import holder, seal, trial
from lab.sandbox.cgroup import ControlGroup, bounded
from lab.sandbox.channel import Channel
from lab.sandbox.init import PERL
from lab.sandbox.jail import Jail
from lab.sandbox.locales import default_cache
from lab.sandbox.machine import SEARCH_PATH, missing, needs, user_namespace

__all__ = ["ADDRESS4", "ADDRESS6", "Cell"]

ADDRESS4 = "192.168.1.23"
ADDRESS6 = "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4"
"""What the cell has for its own: ordinary addresses of a home network."""

MOST_PROCESSES = 2048
"""In one cell at once, threads included, where a control group can hold it to that."""

PATIENCE_S = 60.0
"""For an answer of the holder: the longest is freeing what a large trial left."""


class Cell:
    """One cell, kept over many trials, one at a time.  Open it with :meth:`open`."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        trials: Channel,
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
        tools = {name: _tool(name) for name in ("unshare", "ip", "nft", "bwrap")}
        replies, far_replies = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        trials, far_trials = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        rootless = user_namespace()
        command = [tools["unshare"], *rootless, "--net", "--mount", "--ipc", "--pid", "--fork"]
        command += ["--kill-child", "--", sys.executable, "-I", "-S", holder.__file__]
        command += [str(far_replies.fileno()), str(far_trials.fileno())]
        command += [tools["ip"], tools["nft"], tools["bwrap"], PERL, ADDRESS4, ADDRESS6]
        group = None if rootless else bounded(MOST_PROCESSES)
        if group is not None:
            join = 'echo $$ >"$0" && exec "$@"'
            command = ["/bin/sh", "-c", join, str(group.members), *command]
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
        trials.settimeout(PATIENCE_S)
        replies.settimeout(PATIENCE_S)
        text, received = _greeting(process, trials)
        if not text.startswith("ready "):
            replies.close()
            trials.close()
            if group is not None:
                group.remove()
            raise MachineError(missing(needs()) or _why_not(text))
        *handed, processes = received
        tcp4, tcp6, udp4, udp6, packets = (socket.socket(fileno=each) for each in handed)
        channel = Channel(replies)

        def reply(address: str, port: int) -> socket.socket:
            return socket.socket(fileno=channel.ask(f"reply {address} {port}")[1][0])

        sockets = CellSockets(tcp4, tcp6, udp4, udp6, reply, packets)
        cell = cls(process, Channel(trials), sockets, processes, cache or default_cache())
        cell._replies = channel
        cell._group = group
        return cell

    _replies: Channel
    _group: ControlGroup | None = None

    def prove_sealed(self) -> tuple[str, ...]:
        """Lines of evidence that nothing leads out; LabError if anything does.

        Must run before the sockets are served, because it is the one to accept what its
        own jail sends.
        """
        return seal.prove(self._trials, self.sockets, self.run)

    def run(self, jail: Jail) -> Exit:
        """Run one trial to its end.  LabError where the jail itself could not be made.

        Blocks; one at a time a cell, from any thread.
        """
        with self._busy:
            if self._closed:
                raise LabError("this cell is closed; open another one")
            return trial.run(self._trials, self._processes, jail, self._cache)

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


def _tool(name: str) -> str:
    found = shutil.which(name, path=SEARCH_PATH)
    if found is None:
        raise MachineError(
            f"the program {name} is missing, without which no cell can be made; "
            "get it with: lab doctor --install"
        )
    return found


def _greeting(process: subprocess.Popen[bytes], trials: socket.socket) -> tuple[str, list[int]]:
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


def _why_not(text: str) -> str:
    reason = text.removeprefix("error ").strip().replace("\n", "; ")
    return (
        f"this machine does not let a cell be made ({reason}); "
        "see what is missing with: lab doctor --install"
    )
