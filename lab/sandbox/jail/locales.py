"""The locales of a jail: exactly those that the host spec names, whatever the host has.

Each is compiled once with ``localedef`` and kept.  A set of locales is a folder of hard links
to them, which the jail has as /usr/lib/locale.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from lab.errors import MachineError, UsageError
from lab.files import move_folder

__all__ = ["find_default_cache", "make_locale_folder", "to_directory_name"]

ALWAYS_PRESENT = "C.UTF-8"
BUILT_IN = frozenset({"C", "POSIX"})
LOCALE_PATTERN = re.compile(
    r"(?P<language>[A-Za-z]{1,8}(_[A-Za-z]{2,4})?)(\.(?P<charset>[A-Za-z0-9-]+))?(?P<modifier>@\w+)?"
)


def find_default_cache() -> Path:
    """Return the folder for compiled locales in this user's cache."""
    return Path(pwd.getpwuid(os.geteuid()).pw_dir, ".cache", "fingerprint-lab", "locales")


def to_directory_name(locale: str) -> str:
    """Return the name of glibc's folder of a locale: ``de_DE.UTF-8`` → ``de_DE.utf8``.

    Raises:
        UsageError: This is not the name of a locale.
    """
    language, charset, modifier = _parse_locale(locale)
    plain = re.sub(r"[^a-z0-9]", "", charset.lower())
    return f"{language}.{plain}{modifier}"


def make_locale_folder(locales: Iterable[str], cache: Path) -> Path:
    """Return a folder that holds exactly these locales and C.UTF-8; make it if necessary.

    Raises:
        UsageError: A name is not that of a locale.
        MachineError: A locale cannot be compiled, or the cache cannot be written.
    """
    wanted = sorted({*locales, ALWAYS_PRESENT} - BUILT_IN)
    names = [to_directory_name(each) for each in wanted]
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
    folder = cache / "sets" / key
    if folder.exists():
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise MachineError(f"compiled locales cannot be kept in {cache}: {failure}") from failure
    with tempfile.TemporaryDirectory(dir=cache) as work:
        made = Path(work, "set")
        made.mkdir()
        for locale, name in zip(wanted, names, strict=True):
            shutil.copytree(_compile_locale(locale, cache), made / name, copy_function=os.link)
        move_folder(made, folder)
    return folder


def _compile_locale(locale: str, cache: Path) -> Path:
    done = cache / "compiled" / to_directory_name(locale)
    if done.exists():
        return done
    done.parent.mkdir(parents=True, exist_ok=True)
    language, charset, modifier = _parse_locale(locale)
    localedef = shutil.which("localedef", path="/usr/bin:/usr/sbin:/bin:/sbin")
    if localedef is None:
        raise MachineError(f"localedef is missing, so the jail cannot have the locale {locale}")
    with tempfile.TemporaryDirectory(dir=cache) as work:
        made = Path(work, "locale")
        own = Path("/usr/lib/locale", to_directory_name(locale))
        if locale == ALWAYS_PRESENT and own.is_dir():
            shutil.copytree(own, made)
        else:
            # With exit code 1 the locale was written, with warnings.
            ended = subprocess.run(
                [localedef, "--no-archive", "-i", language + modifier, "-f", charset, str(made)],
                capture_output=True,
                text=True,
                env={"PATH": "/usr/bin:/bin"},
                check=False,
            )
            if ended.returncode > 1 or not made.is_dir():
                errors = ended.stderr.strip().splitlines() or ["it printed nothing"]
                raise MachineError(
                    f"the locale {locale} cannot be compiled ({errors[-1]}); "
                    "get its sources with: lab doctor --install"
                )
        move_folder(made, done)
    return done


def _parse_locale(locale: str) -> tuple[str, str, str]:
    match = LOCALE_PATTERN.fullmatch(locale)
    if match is None:
        raise UsageError(f"{locale!r} is not a locale; write it as language_COUNTRY.UTF-8")
    return match["language"], match["charset"] or "ISO-8859-1", match["modifier"] or ""
