"""The descriptors of fake files: numbers above those of the process.

pyfakefs counts from zero, and so does the system, whose pipes and sockets a client may have open
beside its files.  Here fake files begin at :data:`FIRST_DESCRIPTOR`, so the ranges are disjoint.
"""

from __future__ import annotations

from typing import Any

__all__ = ["DESCRIPTOR_RANGE", "FIRST_DESCRIPTOR", "OpenFileList"]

FIRST_DESCRIPTOR = 4096

DESCRIPTOR_RANGE = range(FIRST_DESCRIPTOR, 1 << 31)


class OpenFileList(list[Any]):
    """pyfakefs' list of open files, whose first index is :data:`FIRST`."""

    def __len__(self) -> int:
        return FIRST_DESCRIPTOR + super().__len__()

    def __bool__(self) -> bool:
        return super().__len__() > 0

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            # Asked for to leave out the standard streams, which are not among these.
            return list(iter(self))
        if index < FIRST_DESCRIPTOR:
            raise IndexError(index)
        return super().__getitem__(index - FIRST_DESCRIPTOR)

    def __setitem__(self, index: Any, value: Any) -> None:
        if isinstance(index, slice) or index < FIRST_DESCRIPTOR:
            raise IndexError(index)
        super().__setitem__(index - FIRST_DESCRIPTOR, value)
