"""What a container, WSL or a cloud adds to a distribution."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lab.factors.host_spec import File, Kernel, Link

__all__ = ["ContainerMark"]


class ContainerMark(msgspec.Struct, frozen=True):
    """Additions to a distribution; None keeps the distribution's own value.

    ``needles`` are the texts that identify a copy of the mark.
    """

    variables: Mapping[str, str] = {}
    files: Mapping[str, File | Link] = {}
    directories: tuple[str, ...] = ()
    release_files: tuple[tuple[str, str], ...] = ()
    kernel: Kernel | None = None
    cgroup: str | None = None
    needles: tuple[str, ...] = ()
    command_line: str | None = None
    proc_files: tuple[tuple[str, str], ...] = ()
    usr_files: tuple[tuple[str, File | Link], ...] = ()
