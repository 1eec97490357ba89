"""Cells: everything arrives, nothing leads out, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lab.errors import LabError, MachineError
from lab.sandbox.cell import cell as cell_module
from lab.sandbox.cell.cell import Cell
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.isolation_check import prove_isolated

pytestmark = pytest.mark.cell

OWN4 = "192.168.1.23"
OWN6 = "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4"

ASK = """
import socket, sys
for kind, address, port in [word.split(",") for word in sys.argv[1:]]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, getattr(socket, kind)) as asking:
        asking.settimeout(5)
        asking.connect((address, int(port)))
        if kind == "SOCK_DGRAM":
            asking.send(b"hello")
        print(asking.recv(200).decode(), asking.getsockname()[0])
"""


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "10.1.2.3", "192.168.1.1", "2606:4700::1111", "fd00::9"]
)
@pytest.mark.parametrize("port", [1, 22, 443, 65535])
def test_a_connection_to_any_address_and_port_arrives(run, address, port):
    own = OWN6 if ":" in address else OWN4
    ended = run("python3", "-c", ASK, f"SOCK_STREAM,{address},{port}")
    assert ended.stdout.decode() == f"tcp {address} {port} {own}\n", ended.stderr


@pytest.mark.parametrize("address", ["1.2.3.4", "2001:4860:4860::8888"])
def test_a_datagram_arrives_and_is_answered_from_where_it_was_sent(run, address):
    ended = run("python3", "-c", ASK, f"SOCK_DGRAM,{address},53")
    # A connected UDP socket receives from its peer alone.
    assert ended.stdout.decode().startswith(f"udp {address} 53 hello"), ended.stderr


def test_the_client_has_its_own_loopback_to_itself(run):
    own = """
import socket, threading
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    server = socket.create_server((address, 0), family=family)
    port = server.getsockname()[1]
    client = socket.create_connection((address, port), 5)
    accepted, _ = server.accept()
    accepted.send(b"own " + address.encode())
    print(client.recv(100).decode())
    server.close()
    try:
        socket.create_connection((address, port), 5)
    except ConnectionRefusedError:
        print("refused")
"""
    ended = run("python3", "-W", "ignore", "-c", own)
    assert ended.stdout.decode().split("\n")[:4] == [
        "own 127.0.0.1",
        "refused",
        "own ::1",
        "refused",
    ]


def test_proof_of_isolation():
    with Cell.open() as fresh:
        evidence = "\n".join(prove_isolated(fresh))
    assert "the cell has" in evidence
    assert "each of its" in evidence
    assert evidence.count("arrived in the lab") == 4


def altered(changes: str) -> str:
    """The program of a holder with some changes to its network namespace."""
    begin = "from lab.sandbox.cell.holder"
    return cell_module.holder.START.replace(
        begin, f"from lab.sandbox.cell import netns\n{changes}\n{begin}"
    )


def test_a_cell_that_does_not_intercept_is_not_called_isolated(monkeypatch):
    """Without the rules a foreign address is just refused: the proof must notice."""
    holed = altered('netns.RULES = netns.RULES.replace("meta l4proto", "# meta l4proto")')
    monkeypatch.setattr(cell_module.holder, "START", holed)
    monkeypatch.setattr("lab.sandbox.jail.isolation_check.TIMEOUT_S", 0.5)
    with Cell.open() as fresh, pytest.raises(LabError, match="not isolated"):
        prove_isolated(fresh)


def test_a_cell_with_another_interface_is_not_called_isolated(monkeypatch):
    wired = altered(
        """
prepare = netns.prepare_namespace
def wire():
    prepare()
    veth = "ip link add v0 index 8 type veth peer name v1 index 9"
    netns.run_program(["/usr/bin/env", *veth.split()], "")
netns.prepare_namespace = wire
"""
    )
    monkeypatch.setattr(cell_module.holder, "START", wired)
    with Cell.open() as fresh, pytest.raises(LabError, match=r"besides .*v0"):
        prove_isolated(fresh)


def test_a_device_of_another_kind_is_not_taken_for_a_simulated_one(monkeypatch):
    monkeypatch.setattr(cell_module, "find_device_kind", lambda: "bridge")
    with Cell.open() as fresh, pytest.raises(LabError, match=r"peer \(bridge\)"):
        prove_isolated(fresh)


def test_a_reused_cell_is_fresh_in_every_trial(run):
    first = run(
        "sh",
        "-c",
        "echo left >~/left; echo left >/tmp/left; echo left >/dev/shm/left; ls ~ /tmp /dev/shm",
    )
    second = run("sh", "-c", "ls -A ~ /tmp /dev/shm ~/project")
    assert first.stdout.decode().count("left") == 3
    assert "left" not in second.stdout.decode()


def test_nothing_is_left_when_the_lab_is_killed(locale_cache):
    program = """
import sys, time
from pathlib import Path
from lab.sandbox.cell.cell import Cell
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.jail import Jail, Limits
from lab.factors.host_spec import BARE
cell = Cell.open()
print(cell._process.pid, flush=True)
spec = BARE.settled().with_variables(PATH="/usr/bin")
run_jail(cell, Jail(spec, ("sleep", "987"), limits=Limits(wall_s=99)), Path(sys.argv[1]))
"""
    lab = subprocess.Popen(
        [sys.executable, "-c", program, str(locale_cache)], stdout=subprocess.PIPE, text=True
    )
    assert lab.stdout is not None
    with lab.stdout as said:
        unshare = int(said.readline())
    wait_until(lambda: sleepers() > 0)
    lab.send_signal(signal.SIGKILL)
    lab.wait()
    wait_until(lambda: sleepers() == 0 and not Path(f"/proc/{unshare}").exists())


def test_closing_a_cell_ends_what_runs_in_it(locale_cache):
    from threading import Timer

    from lab.factors.host_spec import BARE
    from lab.sandbox.jail.jail import Jail

    opened = Cell.open()
    Timer(0.3, opened.close).start()
    spec = BARE.settled().with_variables(PATH="/usr/bin")
    with pytest.raises(LabError, match="cell"):
        run_jail(opened, Jail(spec, ("sleep", "987")), locale_cache)
    wait_until(lambda: sleepers() == 0)
    opened.close()
    with pytest.raises(LabError, match="closed"):
        run_jail(opened, Jail(spec, ("true",)), locale_cache)


def test_a_missing_program_is_named(monkeypatch):
    monkeypatch.setattr(cell_module, "SEARCH_PATH", "/nowhere")
    with pytest.raises(MachineError, match=r"unshare is missing.*lab doctor --install"):
        Cell.open()


def test_a_machine_without_namespaces_is_one_line(monkeypatch, tmp_path):
    refusing = tmp_path / "unshare"
    refusing.write_text("#!/bin/sh\necho 'unshare: Operation not permitted' >&2\nexit 1\n")
    refusing.chmod(0o755)
    monkeypatch.setattr(cell_module, "SEARCH_PATH", f"{tmp_path}:{cell_module.SEARCH_PATH}")
    with pytest.raises(MachineError, match="not permitted") as raised:
        Cell.open()
    assert "\n" not in str(raised.value)


def sleepers() -> int:
    """How many processes on this machine are our sleep."""
    count = 0
    for process in Path("/proc").glob("[0-9]*"):
        try:
            count += (process / "cmdline").read_bytes() == b"sleep\x00987\x00"
        except OSError:
            continue
    return count


def wait_until(condition) -> None:
    for _ in range(500):
        if condition():
            return
        time.sleep(0.02)
    pytest.fail("it never happened")


def test_the_lab_leaves_no_descriptors_behind():
    before = len(os.listdir("/proc/self/fd"))
    with Cell.open() as opened:
        prove_isolated(opened)
    assert len(os.listdir("/proc/self/fd")) == before
