"""``lab doctor``: what is missing, in words and in JSON."""

import json

import pytest

from lab.cli.main import main
from lab.errors import MachineError
from lab.sandbox import package_install, requirements
from lab.sandbox.requirements import Requirement

BWRAP = Requirement("bwrap", "makes the jail", "bubblewrap", False)
CLOCK = Requirement("clock", "gives another date", None, False, "only on x86-64", required=False)
LINUX = Requirement("Linux", "has namespaces", None, True, "Linux 6.1")


@pytest.fixture
def with_machine(monkeypatch):
    """A machine in one state after the other."""

    def install(*states):
        remaining = list(states)
        asked = []

        def needs():
            return remaining.pop(0) if len(remaining) > 1 else remaining[0]

        def fix(found):
            asked.extend(need.name for need in found if not need.present)
            return tuple(need.package for need in found if not need.present and need.package)

        monkeypatch.setattr(requirements, "check_requirements", needs)
        monkeypatch.setattr(package_install, "install_packages", fix)
        return asked

    return install


def test_a_machine_that_has_everything(with_machine, capsys):
    with_machine((LINUX,))
    assert main(["doctor"]) == 0
    assert capsys.readouterr().out.startswith("ok ")


def test_what_is_missing_is_named_with_the_way_to_get_it(with_machine, capsys):
    with_machine((LINUX, BWRAP))
    assert main(["doctor"]) == 4
    captured = capsys.readouterr()
    assert "MISSING  bwrap  makes the jail" in captured.out
    assert captured.err == (
        "lab: error: missing: bwrap; lab doctor --install installs bubblewrap\n"
    )


def test_what_is_optional_is_named_and_no_failure(with_machine, capsys):
    with_machine((LINUX, CLOCK))
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "absent   clock" in out
    assert "only on x86-64" in out


def test_it_reads_well_on_a_narrow_terminal(with_machine, capsys):
    cure = "; root can allow it with: sysctl kernel.apparmor_restrict_unprivileged_userns=0"
    said = "unshare failed: Operation not permitted" + cure
    namespaces = Requirement("namespaces", "let a client be cut off from " * 4, None, False, said)
    with_machine((namespaces, LINUX))
    assert main(["doctor"]) == 4
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert {line[:21].strip() for line in lines} == {"MISSING  namespaces", "", "ok       Linux"}
    assert lines[-2].endswith("sysctl kernel.apparmor_restrict_unprivileged_userns=0")


def test_install_gets_it(with_machine, capsys):
    present = Requirement("bwrap", "makes the jail", "bubblewrap", True, "/usr/bin/bwrap")
    asked = with_machine((LINUX, BWRAP), (LINUX, present))
    assert main(["doctor", "--install"]) == 0
    assert asked == ["bwrap"]
    assert capsys.readouterr().err == "lab: installed bubblewrap\n"


STRACE = Requirement("strace", "shows what a client reads", "strace", False, required=False)


def no_rights(found):
    packages = [need.package for need in found if not need.present and need.package]
    if packages:
        raise MachineError(f"installing needs root; run: sudo apt-get install {' '.join(packages)}")
    return ()


def test_what_is_optional_and_cannot_be_installed_is_a_warning(with_machine, monkeypatch, capsys):
    with_machine((LINUX, STRACE))
    monkeypatch.setattr(package_install, "install_packages", no_rights)
    assert main(["doctor", "--install"]) == 0
    captured = capsys.readouterr()
    assert "absent   strace" in captured.out
    assert captured.err.startswith("lab: warning: not needed, but useful: installing needs root")
    assert captured.err.count("\n") == 1


def test_what_is_required_and_cannot_be_installed_is_one_line(with_machine, monkeypatch, capsys):
    with_machine((LINUX, BWRAP, STRACE))
    monkeypatch.setattr(package_install, "install_packages", no_rights)
    assert main(["doctor", "--install"]) == 4
    captured = capsys.readouterr()
    assert captured.err == (
        "lab: error: installing needs root; run: sudo apt-get install bubblewrap\n"
    )
    assert "MISSING  bwrap" in captured.out


def test_what_cannot_be_installed_is_still_a_failure(with_machine, capsys):
    tproxy = Requirement("tproxy", "brings traffic to the lab", None, False, "no such module")
    with_machine((LINUX, tproxy))
    assert main(["doctor", "--install"]) == 4
    assert capsys.readouterr().err.startswith("lab: error: missing: tproxy; see above")


def test_json(with_machine, capsys):
    with_machine((LINUX, BWRAP))
    assert main(["doctor", "--json"]) == 4
    document = json.loads(capsys.readouterr().out)
    assert [need["present"] for need in document["needs"]] == [True, False]
