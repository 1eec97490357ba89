"""What a jail does while it runs: its outputs, its status, and what it uses.

The watch polls all outputs at once, so that no client waits for the lab; it answers the
client's system calls, and it measures usage in fixed intervals.
"""

from __future__ import annotations

import errno
import os
import select
import signal
import socket
import time

from lab.errors import LabError
from lab.observation.records import Exit, Verdict
from lab.sandbox.jail.jail import MEBIBYTE, Limits
from lab.sandbox.jail.seccomp_notify import SyscallListener
from lab.sandbox.jail.syscall_answers import SyscallAnswers
from lab.sandbox.jail.usage import find_exceeded_limit, measure_usage

__all__ = ["ClientWatch"]

CAPTURED_BYTES = MEBIBYTE
"""Of stdout and of stderr, how much is kept."""
CHECK_INTERVAL_S = 0.05


class ClientWatch:
    """Reads a jail's outputs and status until it is over, and enforces the limits.

    Args:
        status: The status socket.
        outputs: Pipes of stdout and stderr, or the terminal's master; closed with the watch.
        processes: Open directory of the cell's /proc.
        tree: Open directory of the tree.
        limits: What the trial may use.
        started: Monotonic time of the start, in seconds.
        answers: Answers to system calls, where the lab gives them.
    """

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
        """Return when process 1 has ended or a limit is exceeded."""
        deadline = self.started + self.limits.wall_s
        check_at = self.started + CHECK_INTERVAL_S
        while self.status in self.open:
            now = time.monotonic()
            if now >= deadline:
                self.set_verdict("timed out", f"it still ran after {self.limits.wall_s:g} s")
                break
            if now >= check_at:
                check_at = now + CHECK_INTERVAL_S
                if self.check_usage():
                    break
            for descriptor, event in self.poll.poll(max(0.0, min(deadline, check_at) - now) * 1000):
                if self.listener is None or descriptor != self.listener.descriptor:
                    self.read(descriptor)
                elif event & select.POLLIN:
                    self.listener.serve()
                else:  # no process with the filter is left
                    self.poll.unregister(descriptor)
            if self.size > self.limits.output_bytes:
                detail = f"it printed more than {self.limits.output_bytes} bytes"
                self.set_verdict("too much output", detail)
                break
        self.ended = time.monotonic()
        # The kernel reports no CPU time of processes that are killed from outside.
        self.check_usage()

    def check_usage(self) -> bool:
        """Measure usage and set the verdict where a limit is exceeded; return whether one is."""
        usage = measure_usage(self.processes, self.tree)
        self.cpu_s = max(self.cpu_s, usage.cpu_s)
        found = find_exceeded_limit(usage, self.limits)
        if found is None or self.verdict is not None:
            return False
        self.set_verdict(*found)
        return True

    def set_verdict(self, verdict: Verdict, detail: str) -> None:
        """Set the reason for which the lab ends the trial."""
        self.verdict, self.detail = verdict, detail

    def read(self, descriptor: int) -> bool:
        """Read what is available; return False where nothing is, now or at the end."""
        try:
            data = (
                self.receive_status() if descriptor == self.status else os.read(descriptor, 1 << 16)
            )
        except BlockingIOError:
            return False
        except ConnectionResetError:
            data = b""  # the jail was not made, and the byte to go on was not read
        except OSError as failure:
            # A closed terminal reports EIO where a pipe reports the end of the file.
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
        """Read a part of process 1's status; the seccomp listener may come with it."""
        data, descriptors, _, _ = socket.recv_fds(self.socket, 1 << 16, 2, socket.MSG_CMSG_CLOEXEC)
        if len(descriptors) == 2 and self.answers is not None and self.listener is None:
            self.listener = SyscallListener(descriptors[0], descriptors[1], self.answers)
            self.poll.register(self.listener.descriptor, select.POLLIN)
        return data

    def drain(self) -> None:
        """Read what is still in the pipes, after every process has ended."""
        self.check_usage()
        for descriptor in (self.status, *self.outputs):
            while descriptor in self.open and self.read(descriptor):
                pass

    def close(self) -> None:
        """Close all descriptors."""
        self.socket.close()
        for descriptor in self.outputs:
            os.close(descriptor)
        if self.listener is not None:
            self.listener.close()

    def build_exit(self, cpu_s: float) -> Exit:
        """Build the record of how the trial ended; ``cpu_s`` is the holder's count.

        Raises:
            LabError: The jail could not be made.
        """
        words = self.status_text.decode(errors="replace").split()
        status = dict(zip(words[1::2], map(int, words[2::2]), strict=False))
        stdout = bytes(self.captured[self.outputs[0]])
        stderr = bytes(self.captured[self.outputs[1]]) if len(self.outputs) > 1 else b""
        if not words and self.verdict is None:
            text = (stderr or stdout).decode(errors="replace").strip()
            raise LabError(f"the jail could not be made: {text or 'bubblewrap printed nothing'}")
        code = number = None
        if "E" in status:
            self.set_verdict("could not start", os.strerror(status["E"]))
        elif "S" in status:
            ended = status["S"]
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
            refused=self.listener.refused if self.listener is not None else (),
        )
