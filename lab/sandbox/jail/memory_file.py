"""Files without a name, to pass content to another process by descriptor."""

from __future__ import annotations

import os
from contextlib import ExitStack

__all__ = ["create_memory_file"]


def create_memory_file(stack: ExitStack, content: bytes) -> int:
    """Create a file in memory that holds this content, positioned at its beginning.

    Returns:
        Its descriptor, which ``stack`` closes.
    """
    descriptor = os.memfd_create("jail")
    stack.callback(os.close, descriptor)
    with open(os.dup(descriptor), "wb") as file:
        file.write(content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor
