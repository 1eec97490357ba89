"""The start of a jail: the request to the holder, with all descriptors that it needs."""

from __future__ import annotations

import fcntl
import os
import socket
from contextlib import ExitStack

from lab.errors import LabError
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.jail.files.facts import UPTIME_S
from lab.sandbox.jail.init import SCRIPT
from lab.sandbox.jail.jail import MEBIBYTE, Jail
from lab.sandbox.jail.memory_file import create_memory_file
from lab.sandbox.jail.plan import JailPlan
from lab.sandbox.jail.seccomp import build_seccomp_filter

__all__ = ["start_jail"]

PROCESS_SLACK = 16
"""Processes that the kernel allows beyond the limit, so that the lab can see the excess."""
MAX_OPEN_FILES = 16384


def start_jail(holder: HolderClient, jail: Jail, plan: JailPlan) -> tuple[socket.socket, list[int]]:
    """Start a jail; its process 1 waits for a byte on the status socket.

    Args:
        holder: The client of the cell's holder.
        jail: The trial's input.
        plan: The jail's plan.

    Returns:
        The status socket, and the pipes of stdout and stderr or the terminal's master.

    Raises:
        LabError: The holder cannot start it.
    """
    terminal = jail.spec.terminal
    tty = terminal.kind == "tty"
    with ExitStack() as stack:
        arguments = b"".join(os.fsencode(each) + b"\0" for each in plan.arguments)
        descriptors = [
            create_memory_file(stack, arguments),
            create_memory_file(stack, plan.start),
            create_memory_file(stack, SCRIPT),
            create_memory_file(
                stack,
                build_seccomp_filter(
                    root=os.geteuid() == 0, answers_sockets=plan.syscall_answers is not None
                ),
            ),
        ]
        status, status_end = socket.socketpair()
        stack.callback(status_end.close)
        descriptors.append(status_end.fileno())
        outputs = []
        if not tty:
            stdin, stdin_end = os.pipe()
            os.close(stdin_end)
            stack.callback(os.close, stdin)
            descriptors.append(stdin)
            for _ in ("stdout", "stderr"):
                output, output_end = os.pipe()
                fcntl.fcntl(output, fcntl.F_SETPIPE_SZ, MEBIBYTE)
                stack.callback(os.close, output_end)
                descriptors.append(output_end)
                outputs.append(output)
        request = f"spawn {int(tty)} {terminal.columns} {terminal.rows}"
        request += f" {jail.limits.processes + PROCESS_SLACK} {MAX_OPEN_FILES} {UPTIME_S}"
        try:
            _, received = holder.request(request, descriptors)
        except LabError:
            status.close()
            for each in outputs:
                os.close(each)
            raise
    return status, outputs or received
