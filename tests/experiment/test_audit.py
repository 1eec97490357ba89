"""The entry point: which folder an audit uses, and which it refuses."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from lab.errors import UsageError
from lab.experiment import audit as audit_module
from lab.experiment.audit import audit
from lab.experiment.events import AuditStarted
from lab.experiment.options import AuditOptions
from tests.experiment.model import CLIENT, ModelExecutor, request


@pytest.fixture(autouse=True)
def no_cells(monkeypatch):
    """A model of a client stands in for the sandbox."""

    @contextmanager
    def sandbox(client, **options):
        yield ModelExecutor(lambda levels, chance: [request({"user": levels["user"]})])

    monkeypatch.setattr(audit_module, "Sandbox", sandbox)


def run_to_start(home, **options) -> AuditStarted:
    """Begin an audit, and stop it after its first event."""
    stream = audit(CLIENT, AuditOptions(factors=("user",), home=home, **options))
    started = next(stream)
    stream.close()
    assert isinstance(started, AuditStarted)
    return started


def test_each_audit_has_a_folder_of_its_own_that_a_resumed_one_uses_again(tmp_path):
    first, second = run_to_start(tmp_path).folder, run_to_start(tmp_path).folder
    assert first != second
    assert run_to_start(tmp_path, resume=True).folder == second
    assert "model" in first
    assert first.endswith("seed0")


def test_another_scope_is_another_audit(tmp_path):
    wider = audit(CLIENT, AuditOptions(factors=("user", "ci"), home=tmp_path))
    other = next(wider)
    wider.close()
    assert isinstance(other, AuditStarted)
    assert other.folder != run_to_start(tmp_path).folder


def test_a_folder_with_an_audit_is_not_overwritten(tmp_path):
    run_to_start(tmp_path, out=tmp_path / "mine")
    with pytest.raises(UsageError, match="already holds an audit"):
        run_to_start(tmp_path, out=tmp_path / "mine")
    assert run_to_start(tmp_path, out=tmp_path / "mine", resume=True)


def test_where_there_is_no_audit_none_is_resumed(tmp_path):
    with pytest.raises(UsageError, match="no audit"):
        run_to_start(tmp_path, out=tmp_path / "mine", resume=True)


def test_a_folder_is_bound_to_its_seed(tmp_path):
    run_to_start(tmp_path, out=tmp_path / "mine", seed=1)
    with pytest.raises(UsageError, match="seed"):
        run_to_start(tmp_path, out=tmp_path / "mine", seed=2, resume=True)
