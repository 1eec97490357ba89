"""Files in memory, passed by descriptor."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from lab.sandbox.jail.memory_file import create_memory_file


@pytest.mark.parametrize("content", [b"", b"x\0y", bytes(1 << 20)])
def test_it_holds_the_content_from_its_beginning_and_is_closed(content):
    with ExitStack() as stack:
        descriptor = create_memory_file(stack, content)
        with open(os.dup(descriptor), "rb") as file:
            assert file.read() == content
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(descriptor)
