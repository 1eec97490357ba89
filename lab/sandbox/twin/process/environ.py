"""Environment variables, time zone and locale, as Python code and as C code sees them.

Python keeps the variables in ``os.environ``, the C library in a list of its own.  The first is
replaced whole.  In the second, only what the C library itself reads is set: time zone and locale.
The two lists may differ, and must where no TZ is set: the C library would then read the host's
/etc/localtime, so its TZ is the trial's zone while ``os.environ`` has none.

Locales are those of the jail, from the same compiled folder (``LOCPATH``).  As when Python starts,
only the character type follows the environment; where that is the C locale, Python sets
``LC_CTYPE`` to C.UTF-8 (PEP 538), which a client can see.
"""

from __future__ import annotations

import locale
import os
import time
from collections.abc import Mapping
from functools import cache

from lab.factors.host_spec import HostSpec
from lab.sandbox.jail.locales import find_default_cache, make_locale_folder
from lab.sandbox.twin.patching.patches import Patches

__all__ = ["EnvironmentVariables"]

_putenv, _unsetenv, _tzset, _setlocale = os.putenv, os.unsetenv, time.tzset, locale.setlocale

_C_VARIABLES = (
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LC_MONETARY",
    "LC_NUMERIC",
    "LC_TIME",
    "LOCPATH",
    "TZ",
)
"""Variables that the C library reads."""

_ZONE_FOLDER = "/usr/share/zoneinfo"


class EnvironmentVariables:
    """The environment of one trial."""

    def __init__(self) -> None:
        self._host: dict[bytes, bytes] = {}
        self._localtime = ""
        self._locale = ""

    def begin(self, host_spec: HostSpec) -> None:
        """Replace the variables, the time zone and the locale."""
        self._host = os.environ._data  # type: ignore[attr-defined]
        variables = dict(host_spec.variables)
        if _is_c_locale(variables) and "LC_ALL" not in variables:
            variables["LC_CTYPE"] = "C.UTF-8"
        _replace_environ({os.fsencode(name): os.fsencode(text) for name, text in variables.items()})
        zone = host_spec.localtime
        self._localtime = "UTC0" if zone is None else f":{_ZONE_FOLDER}/{zone}"
        self._locale = _setlocale(locale.LC_ALL)
        for name in _C_VARIABLES:
            _set_c_variable(name, variables.get(name))
        _set_c_variable("LOCPATH", _locale_folder(host_spec.locales))
        self._tzset()
        _setlocale(locale.LC_ALL, "C")
        try:
            _setlocale(locale.LC_CTYPE, "C.UTF-8" if _is_c_locale(variables) else "")
        except locale.Error:
            # Python goes on in the C locale then, and takes it for UTF-8.
            _setlocale(locale.LC_CTYPE, "C.UTF-8")

    def end(self) -> None:
        """Restore both lists of variables and the locale."""
        _replace_environ(self._host)
        for name in _C_VARIABLES:
            _set_c_variable(name, os.environ.get(name))
        _tzset()
        _setlocale(locale.LC_ALL, self._locale)

    def patch(self, patches: Patches) -> None:
        """Register the replacements."""
        patches.add_function(os, "putenv", self._putenv)
        patches.add_function(os, "unsetenv", self._unsetenv)
        patches.add_function(time, "tzset", self._tzset)

    def _putenv(self, name: str | bytes, text: str | bytes) -> None:
        if os.fsdecode(name) in _C_VARIABLES:
            _putenv(name, text)

    def _unsetenv(self, name: str | bytes) -> None:
        if os.fsdecode(name) in _C_VARIABLES:
            _unsetenv(name)

    def _tzset(self) -> None:
        _set_c_variable("TZ", os.environ.get("TZ", self._localtime))
        _tzset()


def _is_c_locale(variables: Mapping[str, str]) -> bool:
    chosen = next((variables[n] for n in ("LC_ALL", "LC_CTYPE", "LANG") if variables.get(n)), "C")
    return chosen in ("C", "POSIX")


def _replace_environ(data: dict[bytes, bytes]) -> None:
    os.environ._data = data  # type: ignore[attr-defined]
    os.environb._data = data  # type: ignore[attr-defined]


def _set_c_variable(name: str, text: str | None) -> None:
    if text is None:
        _unsetenv(name)
    else:
        _putenv(name, text)


@cache
def _locale_folder(locales: tuple[str, ...]) -> str:
    return str(make_locale_folder(locales, find_default_cache()))
