"""Prints a gigabyte."""

import sys

import _common

_common.ask()
line = b"x" * 1023 + b"\n"
for _ in range(1 << 10):
    sys.stdout.buffer.write(line * (1 << 10))
