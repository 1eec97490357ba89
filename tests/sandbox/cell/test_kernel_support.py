"""What the kernel allows is tried in namespaces, and a program that is missing is an answer."""

from __future__ import annotations

import subprocess

from lab.sandbox.cell import kernel_support
from lab.sandbox.cell.kernel_support import run_tool, try_device_kinds, user_namespace_options


def runs(*supported: str):
    def run(command):
        return subprocess.CompletedProcess(command, int(command[-1] not in supported), "", "")

    return run


def test_the_first_kind_of_device_that_works_is_chosen():
    assert try_device_kinds(runs("dummy", "ifb")) == "dummy"
    assert try_device_kinds(runs("ifb")) == "ifb"
    assert try_device_kinds(runs()) is None


def test_only_those_without_the_capabilities_need_a_user_namespace(tmp_path, monkeypatch):
    status = tmp_path / "status"
    monkeypatch.setattr(kernel_support, "Path", lambda path: status)
    status.write_text("Name:\tx\nCapEff:\t000001ffffffffff\n")
    assert user_namespace_options() == ()
    status.write_text("Name:\tx\nCapEff:\t00000000a80425fb\n")
    assert user_namespace_options() == ("--user", "--map-root-user")


def test_a_program_that_does_not_exist_has_exit_code_127():
    ended = run_tool(["/no/such/program"])
    assert ended.returncode == 127
    assert "No such file" in ended.stderr
    assert run_tool(["sh", "-c", "echo $LC_ALL"]).stdout == "C.UTF-8\n"
