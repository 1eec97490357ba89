"""One trial in a cell: start the jail, watch it, end it, and say how it ended.

The client's own end is told by the jail's process 1 over a status socket.  It closes
when process 1 and bubblewrap are gone, hence when the pid namespace is; then, and equally
when a limit is exceeded, the holder is asked to kill what is left in the cell and to wait
until there is nothing.

Where the surroundings say that the client ran before, it does: each earlier run in a jail of
its own, of processes that are all gone before the next begins, but over the same files.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import signal
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import msgspec

from lab.errors import LabError
from lab.factors.host_spec import File
from lab.observation.records import Exit, Verdict
from lab.sandbox.cell import holder
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.jail.files.facts import UPTIME_S
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.init import SCRIPT
from lab.sandbox.jail.plan import MEBIBYTE, Jail, JailPlan, Limits, plan_jail
from lab.sandbox.jail.plant import overwrite_file, shift_timestamps, write_tree
from lab.sandbox.jail.proc_mounts import STAGE
from lab.sandbox.jail.seccomp import build_seccomp_filter
from lab.sandbox.jail.seccomp_notify import SyscallListener
from lab.sandbox.jail.syscall_answers import SyscallAnswers
from lab.sandbox.jail.usage import find_exceeded_limit, measure_usage

__all__ = ["run_jail"]

CAPTURED_BYTES = MEBIBYTE
CHECK_INTERVAL_S = 0.05
PROCESS_SLACK = 16
"""Processes beyond the limit that the kernel still allows, so that the lab sees the excess."""
MAX_OPEN_FILES = 16384


def run_jail(
    channel: HolderClient,
    processes: int,
    jail: Jail,
    cache: Path,
    between: Callable[[Exit], None] | None = None,
) -> Exit:
    """Run the jail in the cell behind the channel; ``processes`` is the cell's /proc.

    Returned is the end of the last run; ``between`` is called after each earlier one, with
    its end, before the next begins.
    """
    planned = plan_jail(jail, survey_host(jail, cache, time.time()), holder.TREE)
    earlier: list[Exit] = []
    with ExitStack() as opened:
        _, [tree] = channel.request(f"fresh {jail.limits.disk_bytes}")
        opened.callback(os.close, tree)
        folders = b"".join(os.fsencode(each) + b"\0" for each in planned.host_folders)
        channel.request("show", [_write_memfd(opened, folders)])
        os.mkdir("root", 0o755, dir_fd=tree)
        root = os.open("root", os.O_RDONLY | os.O_DIRECTORY, dir_fd=tree)
        opened.callback(os.close, root)
        os.fchmod(root, 0o755)  # whatever the host's umask
        clock = jail.spec.clock
        write_tree(root, planned.tree, clock, jail.spec.user.uid)
        for _ in range(jail.spec.earlier_runs):
            began = time.time()
            earlier.append(_run_once(channel, processes, jail, planned, tree, first=not earlier))
            if clock is not None:
                shift_timestamps(root, began, time.time(), clock - began)
            if between is not None:
                between(earlier[-1])
            before, planned = (
                planned,
                plan_jail(jail, survey_host(jail, cache, time.time()), holder.TREE),
            )
            # What the lab itself makes new for every run, which is above all the clock.
            for path, item in planned.tree.items():
                if isinstance(item, File) and item != before.tree.get(path):
                    overwrite_file(root, path, item, clock)
        end = _run_once(channel, processes, jail, planned, tree, first=not earlier)
    return _add_earlier_runs(end, earlier)


def _run_once(
    channel: HolderClient, processes: int, jail: Jail, planned: JailPlan, tree: int, *, first: bool
) -> Exit:
    """One run, to its end and to that of all that it started.

    The first covers the machine; in later runs it is the same, and was not started again.
    """
    started = time.monotonic()
    status, outputs = _spawn(channel, jail, planned)
    watch = ClientWatch(status, outputs, processes, tree, jail.limits, started, planned.syscall_answers)
    with closing(watch):
        try:
            if first:
                _write_proc_files(tree, planned, jail.spec.clock)
            with suppress(BrokenPipeError):  # bubblewrap said why it could not
                status.send(b"\n")
            watch.wait_until_over()
        finally:
            words, _ = channel.request("reap")
            watch.drain()
    return watch.build_exit(float(words[0]))


def _write_proc_files(tree: int, planned: JailPlan, at: float | None) -> None:
    """Plant the covers, while bubblewrap works on another processor."""
    stage = os.open(f"root{STAGE}", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=tree)
    try:
        write_tree(stage, {path[len(STAGE) :]: item for path, item in planned.staged_items.items()}, at)
    finally:
        os.close(stage)


def _add_earlier_runs(end: Exit, earlier: Sequence[Exit]) -> Exit:
    """The end, which says also which earlier runs did not end well: the user is not quite one
    who ran the client so many times."""
    said = [end.detail] if end.detail else []
    for number, run in enumerate(earlier, 1):
        how = run.verdict if run.verdict != "finished" else f"ended with code {run.code}"
        if run.verdict != "finished" or run.code != 0:
            why = f" ({run.detail})" if run.detail else ""
            said.append(f"earlier run {number} of {len(earlier)}: {how}{why}")
    return msgspec.structs.replace(end, detail="; ".join(said))


def _spawn(channel: HolderClient, jail: Jail, planned: JailPlan) -> tuple[socket.socket, list[int]]:
    """Start the jail; the status socket and the output pipes (or the terminal) to read from."""
    terminal = jail.spec.terminal
    tty = terminal.kind == "tty"
    with ExitStack() as theirs:
        arguments = b"".join(os.fsencode(each) + b"\0" for each in planned.arguments)
        handed = [
            _write_memfd(theirs, arguments),
            _write_memfd(theirs, planned.start),
            _write_memfd(theirs, SCRIPT),
            _write_memfd(theirs, build_seccomp_filter(root=os.geteuid() == 0)),
        ]
        status, status_end = socket.socketpair()
        theirs.callback(status_end.close)
        handed.append(status_end.fileno())
        outputs = []
        if not tty:
            stdin, stdin_end = os.pipe()
            os.close(stdin_end)
            theirs.callback(os.close, stdin)
            handed.append(stdin)
            for _ in ("stdout", "stderr"):
                output, output_end = os.pipe()
                fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, MEBIBYTE)
                theirs.callback(os.close, output_end)
                handed.append(output_end)
                outputs.append(output)
        request = f"spawn {int(tty)} {terminal.columns} {terminal.rows}"
        request += f" {jail.limits.processes + PROCESS_SLACK} {MAX_OPEN_FILES} {UPTIME_S}"
        try:
            _, received = channel.request(request, handed)
        except LabError:
            status.close()
            for each in outputs:
                os.close(each)
            raise
    return status, outputs or received


def _write_memfd(stack: ExitStack, content: bytes) -> int:
    """A file without a name that holds this content, at its beginning."""
    descriptor = os.memfd_create("jail")
    stack.callback(os.close, descriptor)
    with open(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


class ClientWatch:
    """Reads what a jail says until it is over, and judges it by its limits."""

    def __init__(
        self,
        status: socket.socket,
        outputs: list[int],
        processes: int,
        tree: int,
        limits: Limits,
        started: float,
        answers: SyscallAnswers | None = None,
    ) -> None:
        self.socket = status
        self.status = status.fileno()
        self.answers = answers
        self.listener: SyscallListener | None = None
        self.outputs = outputs
        self.processes = processes
        self.tree = tree
        self.limits = limits
        self.started = started
        self.ended = started
        self.status_text = b""
        self.captured: dict[int, bytearray] = {each: bytearray() for each in outputs}
        self.size = 0
        self.cpu_s = 0.0
        self.verdict: Verdict | None = None
        self.detail = ""
        self.poll = select.poll()
        for each in (self.status, *outputs):
            os.set_blocking(each, False)
            self.poll.register(each, select.POLLIN)
        self.open = {self.status, *outputs}

    def wait_until_over(self) -> None:
        """Return when process 1 is gone or a limit is exceeded."""
        deadline = self.started + self.limits.wall_s
        look_at = self.started + CHECK_INTERVAL_S
        while self.status in self.open:
            now = time.monotonic()
            if now >= deadline:
                self.set_verdict("timed out", f"it still ran after {self.limits.wall_s:g} s")
                break
            if now >= look_at:
                look_at = now + CHECK_INTERVAL_S
                if self.check_usage():
                    break
            for descriptor, event in self.poll.poll(max(0.0, min(deadline, look_at) - now) * 1000):
                if self.listener is None or descriptor != self.listener.descriptor:
                    self.read(descriptor)
                elif event & select.POLLIN:
                    self.listener.serve()
                else:  # nobody is left who could ask
                    self.poll.unregister(descriptor)
            if self.size > self.limits.output_bytes:
                said = f"it printed more than {self.limits.output_bytes} bytes"
                self.set_verdict("too much output", said)
                break
        self.ended = time.monotonic()
        # Of processes that are killed from outside, the kernel tells no times afterwards.
        self.check_usage()

    def check_usage(self) -> bool:
        """See what is used; whether a limit is exceeded, which is then noted."""
        usage = measure_usage(self.processes, self.tree)
        self.cpu_s = max(self.cpu_s, usage.cpu_s)
        found = find_exceeded_limit(usage, self.limits)
        if found is None or self.verdict is not None:
            return False
        self.set_verdict(*found)
        return True

    def set_verdict(self, verdict: Verdict, detail: str) -> None:
        """Note why the lab ends it."""
        self.verdict, self.detail = verdict, detail

    def read(self, descriptor: int) -> bool:
        """Take what is there; false where there is nothing now or will never be again."""
        try:
            data = self.receive_status() if descriptor == self.status else os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return False
        except ConnectionResetError:
            data = b""  # the jail was not made, and nobody read that it may begin
        except OSError as failure:
            # A terminal whose other side is closed says EIO where a pipe says end of file.
            if failure.errno != errno.EIO:
                raise
            data = b""
        if not data:
            self.poll.unregister(descriptor)
            self.open.discard(descriptor)
            return False
        if descriptor == self.status:
            self.status_text += data
            return True
        self.size += len(data)
        kept = self.captured[descriptor]
        kept += data[: CAPTURED_BYTES - len(kept)]
        return True

    def receive_status(self) -> bytes:
        """Some of what process 1 says; the listener may come with it."""
        data, handed, _, _ = socket.recv_fds(self.socket, 1 << 16, 2, socket.MSG_CMSG_CLOEXEC)
        if len(handed) == 2 and self.answers is not None and self.listener is None:
            self.listener = SyscallListener(handed[0], handed[1], self.answers)
            self.poll.register(self.listener.descriptor, select.POLLIN)
        return data

    def drain(self) -> None:
        """After everything is dead: what is still in the pipes."""
        self.check_usage()
        for descriptor in (self.status, *self.outputs):
            while descriptor in self.open and self.read(descriptor):
                pass

    def close(self) -> None:
        """Close all that is read from."""
        self.socket.close()
        for descriptor in self.outputs:
            os.close(descriptor)
        if self.listener is not None:
            self.listener.close()

    def build_exit(self, cpu_s: float) -> Exit:
        """How it ended."""
        words = self.status_text.decode(errors="replace").split()
        told = dict(zip(words[1::2], map(int, words[2::2]), strict=False))
        stdout = bytes(self.captured[self.outputs[0]])
        stderr = bytes(self.captured[self.outputs[1]]) if len(self.outputs) > 1 else b""
        if not words and self.verdict is None:
            text = (stderr or stdout).decode(errors="replace").strip()
            raise LabError(f"the jail could not be made: {text or 'bubblewrap said nothing'}")
        code = number = None
        if "E" in told:
            self.set_verdict("could not start", os.strerror(told["E"]))
        elif "S" in told:
            ended = told["S"]
            code, number = (
                (None, os.WTERMSIG(ended)) if os.WIFSIGNALED(ended) else (ended >> 8, None)
            )
        if self.verdict is None:
            self.verdict = "finished" if code is not None else "killed"
            if code is None and number is None:
                self.detail = "something outside the jail ended it"
            if number is not None:
                self.detail = signal.strsignal(number) or f"signal {number}"
        return Exit(
            at=self.ended - self.started,
            verdict=self.verdict,
            code=code,
            signal=number,
            cpu_s=max(cpu_s, self.cpu_s),
            stdout=stdout,
            stderr=stderr,
            detail=self.detail,
        )
