"""The main job, end to end: a real client from the registry, found out by experiment.

What this client does was published by others; nothing in the lab knows of it.  The test
does, so that the lab cannot quietly stop finding it.
"""

from __future__ import annotations

import json
import sqlite3

import pytest

from lab.cli.main import main
from lab.environment import Environment
from lab.observation.records import Request
from lab.store import SqliteStore

pytestmark = [pytest.mark.cell, pytest.mark.client("claude-code")]


def prompts(store: SqliteStore, digest: str) -> list[str]:
    """All that the trials of one environment sent to a model."""
    (client,) = (
        sqlite3.connect(store.folder / "trials.sqlite")
        .execute("SELECT DISTINCT client FROM trials")
        .fetchone()
    )
    environment: Environment = store.environments()[digest]
    stored = [store.get(client, environment, replicate) for replicate in (0, 1, 1000, 1001, 1002)]
    return [
        event.body.decode()
        for trial in stored
        if trial is not None
        for event in store.observation(trial).events
        if isinstance(event, Request) and event.target.split("?")[0].endswith("/messages")
    ]


def test_an_audit_finds_marks_and_their_causes(tmp_path, capsys):
    words = ["audit", "claude-code@2.1.112", "--factors", "timezone,endpoint", "--json"]
    places = ["--home", str(tmp_path), "--out", str(tmp_path / "audit")]
    assert main([*words, *places]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["schema"] == "fingerprint-lab/report/1"

    covert = [signal for signal in report["signals"] if signal["covert"]]
    assert {tuple(signal["cause"]) for signal in covert} == {
        ("endpoint",),
        ("endpoint", "timezone"),
    }
    with SqliteStore(tmp_path / "audit") as store:
        for signal in covert:
            pair = signal["pair"]
            for side in ("left", "right"):
                (line,) = pair[f"{side}_value"].strip().splitlines()[-1:]
                sent = prompts(store, pair[side])
                assert sent
                assert any(line in text for text in sent), (side, line)
            assert pair["differences"]


def test_a_version_without_marks_has_none(tmp_path, capsys):
    words = ["audit", "claude-code@2.1.202", "--factors", "timezone,endpoint", "--json"]
    places = ["--home", str(tmp_path), "--out", str(tmp_path / "audit")]
    assert main([*words, *places, "--max-trials", "240"]) in (0, 3)
    report = json.loads(capsys.readouterr().out)
    assert not [signal for signal in report["signals"] if signal["covert"]]
    assert ["endpoint", "timezone"] not in [signal["cause"] for signal in report["signals"]]
