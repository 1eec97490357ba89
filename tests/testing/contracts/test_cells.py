"""Contracts of a whole client, in real cells."""

from __future__ import annotations

import pytest

import lab

pytestmark = pytest.mark.cell

CLIENT = """
import os, socket

zone = os.environ.get("TZ") or open("/etc/timezone").read().strip()
marked = zone == "Asia/Kolkata" and not os.environ.get("PROBE_OFF")
line = socket.create_connection(("api.probe.example", 80), 10)
mark = "X-Probe: 1\\r\\n" if marked else ""
line.sendall(f"GET / HTTP/1.1\\r\\nHost: api.probe.example\\r\\n{mark}\\r\\n".encode())
line.recv(1000)
"""

PROFILE = """
[client]
name = "probe"
argv = ["/usr/bin/python3", "-IS", "{program}"]
[provider]
host = "api.probe.example"
[optout]
PROBE_OFF = "1"
"""


@pytest.fixture
def contract(tmp_path):
    folder = tmp_path / "client"
    folder.mkdir()
    program = folder / "probe.py"
    program.write_text(CLIENT)
    profile = tmp_path / "probe.toml"
    profile.write_text(PROFILE.replace("{program}", str(program)))
    return lab.contract(
        str(profile),
        fires=lambda seen: "X-Probe" in seen.text,
        factors=("hostname", "optout", "timezone"),
        trials=14,
        samples=2,
        home=tmp_path / "home",
    )


def in_kolkata(machine):
    return machine["timezone"].rpartition("=")[2] == "Asia/Kolkata"


def test_a_whole_client_keeps_its_contract(contract):
    assert contract.fires_when(in_kolkata)
    assert contract.silent_when_opted_out()
    assert contract.only_to("api.probe.example")


def test_a_broken_statement_is_repeated_by_a_command(contract):
    verdict = contract.silent_unless(lambda machine: machine["timezone"] == "Asia/Kolkata")
    assert not verdict
    (command,) = verdict.repeat
    assert command.startswith("lab run ")
    assert command.endswith("probe.toml --set timezone=TZ=Asia/Kolkata")
