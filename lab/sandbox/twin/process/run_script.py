"""A program written in Python, as a callable."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, ModuleType

__all__ = ["script"]


def script(path: Path | str) -> Callable[[], None]:
    """A callable that runs the file as ``python FILE`` does, each time as a new module.

    OSError or SyntaxError where the file cannot be read or compiled.
    """
    file = os.path.abspath(path)
    with open(file, "rb") as opened:
        code: CodeType = compile(opened.read(), file, "exec", dont_inherit=True)

    def run() -> None:
        module = ModuleType("__main__")
        module.__file__ = file
        # Registered first, so done last, as Python itself does at the end of a program.
        atexit.register(vars(module).clear)
        sys.modules["__main__"] = module
        sys.path.insert(0, os.path.dirname(file))
        exec(code, vars(module))

    return run
