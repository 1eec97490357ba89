"""The record of what one trial runs, in which simulated host, and within which limits."""

from __future__ import annotations

import msgspec

from lab.factors.host_spec import HostSpec

__all__ = ["GIBIBYTE", "MEBIBYTE", "Jail", "Limits"]

MEBIBYTE = 1 << 20
GIBIBYTE = 1 << 30


class Limits(msgspec.Struct, frozen=True):
    """What one trial may use.  A trial that exceeds a limit is ended, with a verdict."""

    wall_s: float = 60.0
    output_bytes: int = 16 * MEBIBYTE
    """stdout and stderr together; the first mebibyte of each is kept."""
    disk_bytes: int = 2 * GIBIBYTE
    """All writable paths together."""
    processes: int = 512
    """Processes and threads."""
    memory_bytes: int = 8 * GIBIBYTE
    """Resident memory of all processes, without shared pages."""


class Jail(msgspec.Struct, frozen=True):
    """The input of one trial.

    ``spec`` has absolute paths only.  ``argv[0]`` may be a bare name, looked up on PATH inside.
    ``readable`` are host folders and files mounted read-only at the same path;
    ``mapped_folders`` are pairs of a host folder and its path inside.  ``ca_pem`` is the PEM
    text of the certificate authorities in the jail's system bundle.  ``hidden`` are host
    folders that stand empty in the jail, wherever a mounted folder holds them.
    """

    spec: HostSpec
    argv: tuple[str, ...]
    readable: tuple[str, ...] = ()
    ca_pem: bytes = b""
    limits: Limits = Limits()
    mapped_folders: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()
