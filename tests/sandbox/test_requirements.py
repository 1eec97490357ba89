"""What the machine lacks is named, with the reason that the kernel gives."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from lab.errors import MachineError
from lab.sandbox import requirements
from lab.sandbox.requirements import Requirement, check_requirements, describe_missing, require_all

ABSENT = Requirement("bwrap", "makes the jail", "bubblewrap", False)


class Runs:
    """Stands in for running programs: fails those whose command line holds a word."""

    def __init__(self, *failing: str, said: str = "no") -> None:
        self.failing = failing
        self.said = said
        self.commands: list[list[str]] = []

    def __call__(self, command):
        self.commands.append(list(command))
        failed = any(word in " ".join(command) for word in self.failing)
        return subprocess.CompletedProcess(command, int(failed), "", self.said if failed else "")


@pytest.mark.cell
def test_this_machine_has_what_the_tests_of_cells_need():
    assert describe_missing(check_requirements()) is None


def test_a_command_can_ask_before_it_begins(monkeypatch):
    require_all(Runs())
    monkeypatch.setattr(
        requirements.shutil, "which", lambda name, path: name if name != "bwrap" else None
    )
    with pytest.raises(MachineError, match="missing: bwrap, which makes the jail"):
        require_all(Runs())


def test_forbidden_namespaces_are_said():
    found = describe_missing(
        check_requirements(Runs("unshare", said="unshare failed: Operation not permitted"))
    )
    assert found is not None
    assert found.startswith("missing: namespaces (unshare failed: Operation not permitted;")
    assert "lab doctor --install" in found
    assert "\n" not in found


def test_a_kernel_without_tproxy_is_said():
    found = describe_missing(
        check_requirements(Runs("tproxy", said="Error: Could not process rule"))
    )
    assert found is not None
    assert found.startswith("missing: tproxy (Error: Could not process rule), which redirects")


def test_a_kernel_without_devices_is_said_and_does_without():
    found = {need.name: need for need in check_requirements(Runs("dummy", "ifb"))}[
        "network interfaces"
    ]
    assert not found.present
    assert found.detail == "the factor network is not measured"
    assert describe_missing([found]) is None
    found = {need.name: need for need in check_requirements(Runs("dummy"))}["network interfaces"]
    assert (found.present, found.detail) == (True, "ifb")


def test_programs_that_are_not_there_are_said(monkeypatch):
    monkeypatch.setattr(requirements, "SEARCH_PATH", "/nowhere")
    absent = {need.package for need in check_requirements(Runs()) if not need.present}
    assert {"bubblewrap", "nftables", "iproute2", "util-linux", "libc-bin"} <= absent


@pytest.mark.parametrize(
    ("constant", "package"), [("LOCALES", "locales"), ("ZONES", "tzdata"), ("PERL", "perl-base")]
)
def test_files_that_are_not_there_are_required(monkeypatch, constant, package):
    monkeypatch.setattr(requirements, constant, Path("/nowhere/at/all"))
    (absent,) = [need for need in check_requirements(Runs()) if need.required and not need.present]
    assert absent.package == package
    assert absent.detail == ""


def test_where_overlays_are_forbidden_it_is_said_and_no_failure():
    runs = Runs("overlay", said="mount: /sys/shown: permission denied.")
    (absent,) = [need for need in check_requirements(runs) if not need.present]
    assert (absent.name, absent.required) == ("overlayfs", False)
    assert absent.detail == "mount: /sys/shown: permission denied."


def test_what_is_optional_is_not_missing():
    assert (
        describe_missing([Requirement("strace", "shows", "strace", False, required=False)]) is None
    )
