"""Programs of the system that the holder runs."""

from __future__ import annotations

import os

__all__ = ["Subprocess", "run_program"]


def run_program(command: list[str], standard_input: str, output: int | None = None) -> None:
    """Run a program to its end.

    Args:
        command: Absolute path and arguments.
        standard_input: Text that it reads.
        output: Descriptor of its standard output, by default that of the errors.

    Raises:
        OSError: It fails; the message holds what it printed.
    """
    Subprocess(command, standard_input, output).wait()


class Subprocess:
    """A program that runs while the holder goes on."""

    def __init__(self, command: list[str], standard_input: str, output: int | None = None) -> None:
        self.command = command
        self.status: int | None = None
        self.errors = os.memfd_create("errors")
        source = os.memfd_create("input")
        os.write(source, standard_input.encode())
        os.lseek(source, 0, os.SEEK_SET)
        self.pid = os.posix_spawn(
            command[0],
            command,
            {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            file_actions=[
                (os.POSIX_SPAWN_DUP2, source, 0),
                (os.POSIX_SPAWN_DUP2, self.errors if output is None else output, 1),
                (os.POSIX_SPAWN_DUP2, self.errors, 2),
            ],
        )
        os.close(source)

    def has_ended(self, options: int = os.WNOHANG) -> bool:
        """Whether it has ended; without WNOHANG in ``options``, wait for that."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, options)
            self.status = status if pid else None
        return self.status is not None

    def wait(self) -> None:
        """Wait for its end.

        Raises:
            OSError: It failed; the message holds what it printed.
        """
        self.has_ended(0)
        os.lseek(self.errors, 0, os.SEEK_SET)
        printed = os.read(self.errors, 2000).decode(errors="replace").strip()
        os.close(self.errors)
        if self.status:
            raise OSError(f"{' '.join(self.command)} failed: {printed}")
