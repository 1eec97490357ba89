"""Whether this machine lets the lab answer; what it answers is in test_kernel_answers.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.sandbox import listener
from lab.sandbox.machine import needs


@pytest.fixture(autouse=True)
def asked_anew() -> Iterator[None]:
    listener.obstacle.cache_clear()
    yield
    listener.obstacle.cache_clear()


def test_where_nobody_may_write_into_anothers_memory_it_is_said(monkeypatch, tmp_path: Path):
    yama = tmp_path / "ptrace_scope"
    yama.write_text("3\n")
    monkeypatch.setattr(listener, "YAMA", yama)
    assert not listener.supported()
    (need,) = [each for each in needs() if each.name == "answers"]
    assert (need.present, need.required) == (False, False)
    assert (
        need.detail == f"{yama} is 3, so that nobody may write into another's memory until a reboot"
    )


@pytest.mark.parametrize("scope", ["0\n", "1\n", "2\n"])
def test_the_owner_of_a_jail_may_write_under_the_other_rules(monkeypatch, tmp_path: Path, scope):
    yama = tmp_path / "ptrace_scope"
    yama.write_text(scope)
    monkeypatch.setattr(listener, "YAMA", yama)
    found = listener.obstacle()
    assert found is None or "ptrace_scope" not in found


def test_an_unknown_processor_is_said(monkeypatch):
    monkeypatch.setattr(listener.platform, "machine", lambda: "vax")
    assert "vax" in (listener.obstacle() or "")


def test_an_old_kernel_is_said(monkeypatch):
    monkeypatch.setattr(listener, "ANSWERED_BY_ANOTHER", 0x12340000)
    assert "Linux 5.0" in (listener.obstacle() or "")
