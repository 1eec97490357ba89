"""``lab doctor``: what this machine lacks for isolated trials, why it matters, how to get it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING

from lab.cli.shared_options import add_json
from lab.errors import MachineError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lab.sandbox.requirements import Requirement

NAME = "doctor"
HELP = "check what this machine lacks and why it matters"

_COLUMNS = 80


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take ``--install`` and ``--json``."""
    parser.add_argument(
        "--install",
        action="store_true",
        help="install what is missing with the system's package manager",
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Check the requirements; 0 if no required one is missing, after ``--install`` too.

    Raises:
        MachineError: a required one is missing or could not be installed.
    """
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
    """Install what is missing, required things first; return the error if those failed.

    A failure to install optional things is a warning only.
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
    from lab.reports.text.wrapping import wrap

    width = max(len(need.name) for need in found)
    indent = " " * (width + 11)
    for need in found:
        state = "ok" if need.present else "MISSING" if need.required else "absent"
        lines = [need.detail] if need.present else [need.why, need.detail]
        wrapped = [piece for line in lines for piece in wrap(line, _COLUMNS - len(indent))]
        first, *rest = wrapped or [""]
        print(f"{state:<7}  {need.name:<{width}}  {first}".rstrip())
        for line in rest:
            print(f"{indent}{line}")


def _summarise_missing(missing: Sequence[Requirement], *, tried: bool) -> str:
    names = ", ".join(need.name for need in missing)
    packages = sorted({need.package for need in missing if need.package})
    if packages and not tried:
        return f"missing: {names}; lab doctor --install installs {', '.join(packages)}"
    return f"missing: {names}; see above what each is for and why it is missing"
