"""Answers to a client's system calls, in place of the kernel's.

Theory of operation.  The jail's process 1 adds a filter by which the kernel passes certain calls
to the process that holds the *listener* (SECCOMP_RET_USER_NOTIF; see seccomp_unotify(2)), and
passes that descriptor out to the lab.  The caller waits until the lab has written the answer.
This works for every program, whatever it is linked with.

The client is not trusted:

* The id of the calling task may belong to another task by the time it is used.  So its memory
  is opened first, and then the kernel is asked whether the call still waits: if it does, the
  opened memory is the caller's.  If the task ends afterwards, a write has no effect.
* The lab writes data of its own, of fixed size, to the address that was given.  The write reaches
  the caller's own memory or fails, as the kernel's answer would.  Like a debugger's, it also
  reaches private read-only pages, where the kernel's would fail.
* The lab never waits for the client.  A page of memory that another process serves could block
  a writer; ``userfaultfd`` is refused in a jail.

Where the lab may not write into the client's memory, the call continues and the kernel answers
it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import struct
from functools import cache
from pathlib import Path

from lab.sandbox.jail.syscall_answers import CALL_NUMBERS, SyscallAnswer, SyscallAnswers

__all__ = ["SyscallListener", "can_answer_syscalls", "find_obstacle"]

RECEIVE, SEND, STILL_VALID = 0xC0502100, 0xC0182101, 0x80082102
"""ioctl(2) requests.  The last is that of kernels before 5.9, which later ones keep."""
NOTIFICATION = struct.Struct("=QIIiIQ6Q")
RESPONSE = struct.Struct("=QqiI")
CONTINUE = 1
MOST_REFUSED = 100

SECCOMP_CALL = {"x86_64": 317, "aarch64": 277, "riscv64": 277}
GET_ACTION_AVAILABLE = 2
ANSWERED_BY_ANOTHER = 0x7FC00000
YAMA = Path("/proc/sys/kernel/yama/ptrace_scope")
YAMA_NO_ATTACH = "3"

libc = ctypes.CDLL(None, use_errno=True)


class IoVector(ctypes.Structure):
    """An ``iovec``."""

    _fields_ = (("base", ctypes.c_void_p), ("size", ctypes.c_size_t))


class SyscallListener:
    """The lab's end of a jail's filter.

    ``tasks`` is the jail's open /proc, in which tasks are looked up.  Both descriptors are
    closed with the listener.
    """

    def __init__(self, descriptor: int, tasks: int, answers: SyscallAnswers) -> None:
        self.descriptor = descriptor
        self._tasks = tasks
        self._answers = answers
        self._refused: dict[str, None] = {}

    def serve(self) -> None:
        """Answer one waiting call; do nothing if the caller no longer waits."""
        asked = bytearray(NOTIFICATION.size)
        try:
            fcntl.ioctl(self.descriptor, RECEIVE, asked)
        except OSError as failure:
            if failure.errno in (errno.ENOENT, errno.EINTR):
                return
            raise
        ticket, task, _, number, _, _, *arguments = NOTIFICATION.unpack(asked)
        answer = self._answers.answer_call(number, arguments)
        if answer is not None and answer.refused and len(self._refused) < MOST_REFUSED:
            self._refused[answer.refused] = None
        error = self._carry_out(ticket, task, answer) if answer is not None else None
        if error is None:
            self._respond(ticket, 0, 0, CONTINUE)
        else:
            self._respond(ticket, answer.value if answer and not error else 0, -error, 0)

    @property
    def refused(self) -> tuple[str, ...]:
        """What the client asked for and was refused, each once, in order of the first time."""
        return tuple(self._refused)

    def close(self) -> None:
        """Close the listener; calls that still wait fail as unknown."""
        os.close(self.descriptor)
        os.close(self._tasks)

    def _carry_out(self, ticket: int, task: int, answer: SyscallAnswer) -> int | None:
        """Carry an answer out; return its error number, or None where the kernel must answer."""
        if answer.error:
            return answer.error
        if answer.task and not self._has_task(answer.task):
            return errno.ESRCH
        return self._write(ticket, task, answer.address, answer.data) if answer.data else 0

    def _has_task(self, task: int) -> bool:
        try:
            os.stat(str(task), dir_fd=self._tasks)
        except OSError:
            return False
        return True

    def _write(self, ticket: int, task: int, address: int, data: bytes) -> int | None:
        if address + len(data) > 1 << 63:
            return errno.EFAULT  # an address of the kernel
        try:
            memory = os.open(f"/proc/{task}/mem", os.O_WRONLY | os.O_CLOEXEC)
        except OSError:
            return self._write_by_number(ticket, task, address, data)
        try:
            if not self._is_pending(ticket):
                return errno.ESRCH  # the caller has gone and will not read it
            written = os.pwrite(memory, data, address)
        except OSError:
            return errno.EFAULT
        finally:
            os.close(memory)
        return 0 if written == len(data) else errno.EFAULT

    def _write_by_number(self, ticket: int, task: int, address: int, data: bytes) -> int | None:
        """Write to an ordinary user's client that is undumpable: root owns its /proc files.

        The task's id could only be wrong if it were reused between check and write.  Ids are
        given out in turn, so that takes as many new tasks as there are ids.
        """
        ours = IoVector(ctypes.cast(ctypes.create_string_buffer(data), ctypes.c_void_p), len(data))
        target = IoVector(address, len(data))
        if not self._is_pending(ticket):
            return errno.ESRCH
        written = libc.process_vm_writev(
            task, ctypes.byref(ours), 1, ctypes.byref(target), 1, ctypes.c_ulong(0)
        )
        if written == -1 and ctypes.get_errno() in (errno.EPERM, errno.ENOSYS):
            return None
        return 0 if written == len(data) else errno.EFAULT

    def _is_pending(self, ticket: int) -> bool:
        try:
            fcntl.ioctl(self.descriptor, STILL_VALID, struct.pack("=Q", ticket))
        except OSError:
            return False
        return True

    def _respond(self, ticket: int, value: int, error: int, flags: int) -> None:
        try:
            fcntl.ioctl(self.descriptor, SEND, RESPONSE.pack(ticket, value, error, flags))
        except OSError as failure:
            if flags and failure.errno == errno.EINVAL:  # before Linux 5.5 no call can go on
                self._respond(ticket, 0, -errno.ENOSYS, 0)
            # Otherwise the caller was killed meanwhile.


def can_answer_syscalls() -> bool:
    """Whether this machine lets the lab answer system calls."""
    return find_obstacle() is None


@cache
def find_obstacle() -> str | None:
    """Return one line that says what prevents answers to system calls, or None."""
    machine = platform.machine()
    if machine not in CALL_NUMBERS:
        return f"the lab does not know the system calls of the processor {machine} yet"
    action = ctypes.c_uint32(ANSWERED_BY_ANOTHER)
    question = (SECCOMP_CALL[machine], GET_ACTION_AVAILABLE, 0, ctypes.byref(action))
    if libc.syscall(*question) == -1:
        return "this kernel passes no system calls to others (SECCOMP_RET_USER_NOTIF, Linux 5.0)"
    if YAMA.exists() and YAMA.read_text().strip() == YAMA_NO_ATTACH:
        return (
            f"{YAMA} is {YAMA_NO_ATTACH}, "
            "which forbids writing into another process's memory until a reboot"
        )
    return None
