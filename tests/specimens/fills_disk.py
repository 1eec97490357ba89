"""Writes files until there is no room (or four gigabytes), in every place that it may write."""

import os
import tempfile

import _common

_common.only_in_a_jail()
_common.ask()
piece = os.urandom(1 << 20)
full = 0
for folder in (os.path.expanduser("~"), tempfile.gettempdir(), os.getcwd()):
    path = os.path.join(folder, "fill")
    with open(path, "wb", buffering=0) as file:
        try:
            for _ in range(4 << 10):
                file.write(piece)
        except OSError:
            full += 1
raise SystemExit(1 if full else 0)
