"""``lab audit --estimate``: printed beforehand, without a trial."""

from __future__ import annotations

import json

import pytest

from lab.cli.audit_estimate import SCHEMA
from lab.cli.main import main


@pytest.fixture(autouse=True)
def no_audit(monkeypatch):
    def audit(client, options):
        raise AssertionError("an estimate runs nothing")

    monkeypatch.setattr("lab.experiment.audit.audit", audit)


def ask(tmp_path, *more):
    words = ["audit", "--factors", "user,ci", "--home", str(tmp_path), "--estimate", *more]
    return main([*words, "--", "/bin/true"])


def test_people_read_trials_time_and_download(tmp_path, capsys):
    assert ask(tmp_path) == 0
    out = capsys.readouterr().out
    assert [line.split(" ")[0] for line in out.splitlines()] == [
        "true",
        "trials",
        "time",
        "download",
    ]
    assert list(tmp_path.iterdir()) == []


def test_scripts_read_one_document(tmp_path, capsys):
    assert ask(tmp_path, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == SCHEMA
    assert document["trials"] == sum(document["phases"].values())
    assert document["is_installed"]


def test_a_wrong_option_is_refused_as_in_an_audit(tmp_path, capsys):
    assert ask(tmp_path, "--strength", "9") == 2
    assert "--strength takes" in capsys.readouterr().err
