"""``lab doctor``: what this machine lacks for sealed trials, why it matters, how to get it."""

from __future__ import annotations

import argparse
import json
import sys
import textwrap
from typing import TYPE_CHECKING

from lab.cli.shared_options import add_json
from lab.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.sandbox.requirements import Requirement

NAME = "doctor"
HELP = "say what this machine lacks and why it matters"

_COLUMNS = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``--install`` and ``--json``."""
    parser.add_argument(
        "--install",
        action="store_true",
        help="install what is missing with the system's package manager",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 if nothing that is required is missing (any more); optional things are only named."""
    from lab.sandbox.requirements import check_requirements

    found = check_requirements()
    failure = None
    if arguments.install:
        failure = _install(found)
        found = check_requirements()
    if arguments.json:
        print(_encode_json(found))
    else:
        _print_table(found)
    missing = [need for need in found if need.required and not need.present]
    if missing:
        raise failure or MachineError(_summarise_missing(missing, tried=arguments.install))
    return 0


def _install(found: Sequence[Requirement]) -> MachineError | None:
    """Install what is missing, what is required first; the error if that failed.

    What is optional is nobody's failure: the user is told, and that is all.
    """
    from lab.sandbox.package_install import install_packages

    for required in (True, False):
        wanted = [need for need in found if need.required is required and not need.present]
        try:
            installed = install_packages(wanted)
        except MachineError as error:
            if required:
                return error
            print(f"lab: warning: not needed, but useful: {error}", file=sys.stderr)
        else:
            if installed:
                print(f"lab: installed {', '.join(installed)}", file=sys.stderr)
    return None


def _encode_json(found: Sequence[Requirement]) -> str:
    import msgspec

    document = {"schema": "fingerprint-lab/doctor/1", "needs": msgspec.to_builtins(found)}
    return json.dumps(document)


def _print_table(found: Sequence[Requirement]) -> None:
    width = max(len(need.name) for need in found)
    indent = " " * (width + 11)
    for need in found:
        state = "ok" if need.present else "MISSING" if need.required else "absent"
        lines = [need.detail] if need.present else [need.why, need.detail]
        wrapped = [piece for line in lines for piece in _wrap(line, _COLUMNS - len(indent))]
        first, *rest = wrapped or [""]
        print(f"{state:<7}  {need.name:<{width}}  {first}".rstrip())
        for line in rest:
            print(f"{indent}{line}")


def _wrap(words: str, columns: int) -> list[str]:
    """Lines of at most so many columns; commands and paths in them stay whole."""
    return textwrap.wrap(words, columns, break_long_words=False, break_on_hyphens=False)


def _summarise_missing(missing: Sequence[Requirement], *, tried: bool) -> str:
    names = ", ".join(need.name for need in missing)
    packages = sorted({need.package for need in missing if need.package})
    if packages and not tried:
        return f"missing: {names}; lab doctor --install installs {', '.join(packages)}"
    return f"missing: {names}; see above what each is for and why it is not there"
