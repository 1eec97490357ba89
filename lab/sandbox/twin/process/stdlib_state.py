"""The state of standard library modules, reset for a trial and restored afterwards.

A client in a cell starts in a new interpreter.  Here, modules have state from before: an earlier
trial's directory, host name or proxy; warnings that tests turned into errors; handlers of logging;
a seeded random generator.  For a trial all of this is as in a new interpreter.
"""

from __future__ import annotations

import logging
import mimetypes
import os
import platform
import random
import re
import shutil
import sys
import tempfile
import threading
import urllib.request
import uuid
import warnings
from typing import Any

from lab.sandbox.twin.patching.patches import Patches

__all__ = ["StdlibState"]

_CACHES: tuple[tuple[Any, str, Any], ...] = (
    (mimetypes, "inited", False),
    (mimetypes, "_db", None),
    (platform, "_uname_cache", None),
    (platform, "_os_release_cache", None),
    (tempfile, "tempdir", None),
    (tempfile, "_name_sequence", None),
    (urllib.request, "_opener", None),
    (uuid, "_node", None),
)
"""What is remembered, and what it is before anything is."""

_WITHOUT_DESCRIPTORS: tuple[tuple[Any, str, Any], ...] = (
    (shutil, "_USE_CP_SENDFILE", False),
    (shutil, "_USE_CP_COPY_FILE_RANGE", False),
    (shutil, "_use_fd_functions", False),
)
"""Ways of copying and removing files that pass the file system's stand-ins."""

_HOOKS: tuple[tuple[Any, str, Any], ...] = (
    (sys, "excepthook", sys.__excepthook__),
    (sys, "unraisablehook", sys.__unraisablehook__),
    (threading, "excepthook", threading.__excepthook__),
    (sys, "dont_write_bytecode", True),
    (sys, "executable", "/usr/bin/python3"),
)

_WARNINGS = (
    ("default", None, DeprecationWarning, re.compile("__main__"), 0),
    ("ignore", None, DeprecationWarning, None, 0),
    ("ignore", None, PendingDeprecationWarning, None, 0),
    ("ignore", None, ImportWarning, None, 0),
    ("ignore", None, ResourceWarning, None, 0),
)
"""Python's own filters, as the module keeps them."""


class StdlibState:
    """The memory of one trial's interpreter."""

    def __init__(self) -> None:
        self._modules: dict[str, Any] = {}
        self._path: list[str] = []
        self._argv: tuple[list[str], list[str]] = ([], [])
        self._random: Any = None
        self._warnings: Any = None
        self._logging: tuple[Any, ...] = ()
        self._own = tuple(
            os.path.join(os.path.realpath(each), "")
            for each in {sys.prefix, sys.base_prefix, sys.exec_prefix}
        )

    def patch(self, patches: Patches) -> None:
        """Register the caches to reset."""
        for owner, name, new in (*_CACHES, *_WITHOUT_DESCRIPTORS, *_HOOKS):
            if hasattr(owner, name):
                patches.add_attribute(owner, name, new)

    def begin(self, argv: tuple[str, ...]) -> None:
        """Reset the state, as in a new interpreter with these arguments."""
        self._modules = dict(sys.modules)
        self._path, self._argv = list(sys.path), (sys.argv, sys.orig_argv)
        sys.argv, sys.orig_argv = list(argv), ["/usr/bin/python3", *argv]
        platform._platform_cache.clear()  # type: ignore[attr-defined]
        self._random = random.getstate()
        random.seed()
        self._warnings = warnings.catch_warnings()
        self._warnings.__enter__()
        warnings.resetwarnings()
        warnings.filters[:] = _WARNINGS  # type: ignore[index]
        root = logging.getLogger()
        self._logging = (root, root.handlers, root.level, root.manager.disable, root.disabled)
        root.handlers = []
        root.setLevel(logging.WARNING)
        root.manager.disable = 0

    def end(self) -> None:
        """Restore the state."""
        root, handlers, level, disable, disabled = self._logging
        root.handlers, root.disabled, root.manager.disable = handlers, disabled, disable
        root.setLevel(level)
        self._warnings.__exit__(None, None, None)
        random.setstate(self._random)
        platform._platform_cache.clear()  # type: ignore[attr-defined]
        sys.argv, sys.orig_argv = self._argv
        sys.path[:] = self._path
        self._forget_modules()

    def _forget_modules(self) -> None:
        """Forget modules of the client's own, so that the next trial imports them anew."""
        before = self._modules
        sys.modules["__main__"] = before["__main__"]
        if sys.modules == before:
            return
        for name, module in list(sys.modules.items()):
            if before.get(name) is module:
                continue
            if name in before:
                sys.modules[name] = before[name]
            elif not self._is_installed(module):
                del sys.modules[name]
        for name, module in before.items():
            sys.modules.setdefault(name, module)

    def _is_installed(self, module: Any) -> bool:
        """Whether it came with the interpreter or a package: made to be imported once."""
        file = getattr(module, "__file__", None)
        return file is None or os.path.realpath(file).startswith(self._own)
