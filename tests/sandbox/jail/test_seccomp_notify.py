"""Whether this machine lets the lab answer; what it answers is in test_kernel_answers.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.sandbox.jail import seccomp_notify
from lab.sandbox.requirements import check_requirements


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    seccomp_notify.find_obstacle.cache_clear()
    yield
    seccomp_notify.find_obstacle.cache_clear()


def test_a_kernel_that_forbids_writing_into_memory_is_reported(monkeypatch, tmp_path: Path):
    yama = tmp_path / "ptrace_scope"
    yama.write_text("3\n")
    monkeypatch.setattr(seccomp_notify, "YAMA", yama)
    assert not seccomp_notify.can_answer_syscalls()
    (need,) = [each for each in check_requirements() if each.name == "answers"]
    assert (need.present, need.required) == (False, False)
    assert (
        need.detail
        == f"{yama} is 3, which forbids writing into another process's memory until a reboot"
    )


@pytest.mark.parametrize("scope", ["0\n", "1\n", "2\n"])
def test_the_owner_of_a_jail_may_write_under_the_other_rules(monkeypatch, tmp_path: Path, scope):
    yama = tmp_path / "ptrace_scope"
    yama.write_text(scope)
    monkeypatch.setattr(seccomp_notify, "YAMA", yama)
    found = seccomp_notify.find_obstacle()
    assert found is None or "ptrace_scope" not in found


def test_an_unknown_processor_is_said(monkeypatch):
    monkeypatch.setattr(seccomp_notify.platform, "machine", lambda: "vax")
    assert "vax" in (seccomp_notify.find_obstacle() or "")


def test_an_old_kernel_is_said(monkeypatch):
    monkeypatch.setattr(seccomp_notify, "ANSWERED_BY_ANOTHER", 0x12340000)
    assert "Linux 5.0" in (seccomp_notify.find_obstacle() or "")
