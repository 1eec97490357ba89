"""The network that a client finds: what its tools say, and where its connections go."""

from __future__ import annotations

import json
import shutil
import socket
import struct

import pytest

from lab.errors import LabError, UsageError
from lab.factors.host_spec import BARE, Interface, Machine, Network
from lab.factors.registry import get_factor
from lab.sandbox.cell import cell as cell_module
from lab.sandbox.cell import netns
from lab.sandbox.cell.cell import Cell
from lab.sandbox.cell.kernel_support import find_device_kind
from lab.sandbox.cell.network_plan import NetworkPlan

pytestmark = [
    pytest.mark.cell,
    pytest.mark.skipif(
        find_device_kind() is None, reason="this kernel has no device that simulates interfaces"
    ),
]

PLAIN = Network((Interface("wlan0", ("10.0.0.7/24",)),), "10.0.0.1")
TWO = Network(
    (
        Interface("eth0", ("10.0.0.7/24", "fd3c:1:2::7/64")),
        Interface("docker0", ("172.17.0.1/16",), "02:42:9c:1f:5e:07"),
    ),
    "10.0.0.1",
)
LEVELS = [
    get_factor("network").realise(level, BARE).network
    for level in (get_factor("network").control, *get_factor("network").levels)
]

ASK = """
import socket, sys
for kind, address, *bound in [word.split(",") for word in sys.argv[1:]]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, getattr(socket, "SOCK_" + kind)) as asking:
        asking.settimeout(5)
        try:
            for name in bound:
                asking.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode())
            asking.connect(socket.getaddrinfo(address, 53, family)[0][4])
            if kind == "DGRAM":
                asking.send(b"hello")
            said = asking.recv(200).decode().split()[1]
            print(kind, said, asking.getsockname()[0])
        except OSError as failure:
            print(kind, address, type(failure).__name__, failure.errno)
"""


def said(run, *command: str, **changes: object) -> str:
    ended = run(*command, **changes)
    assert ended.code == 0, ended.stderr
    return ended.stdout.decode()


def ask(run, *words: str, **changes: object) -> list[str]:
    return said(run, "python3", "-c", ASK, *words, **changes).splitlines()


def shown(run, **changes: object) -> dict[str, tuple[str, list[str]]]:
    """What ip shows: MAC and addresses of each interface."""
    found = json.loads(said(run, "ip", "-json", "address", **changes))
    return {
        each["ifname"]: (
            each["address"],
            [f"{one['local']}/{one['prefixlen']}" for one in each["addr_info"]],
        )
        for each in found
    }


def test_ip_shows_an_ordinary_machine(run):
    found = shown(run, machine=Machine(mac="3c:52:82:6b:1f:a4"))
    assert found == {
        "lo": ("00:00:00:00:00:00", ["127.0.0.1/8", "::1/128"]),
        "eth0": (
            "3c:52:82:6b:1f:a4",
            [*BARE.network.interfaces[0].addresses, "fe80::df8b:ebae:1e67:5213/64"],
        ),
    }
    (link,) = json.loads(said(run, "ip", "-json", "link", "show", "eth0"))
    assert link["ifindex"] == 2
    assert set(link["flags"]) == {"BROADCAST", "MULTICAST", "UP", "LOWER_UP"}
    assert (link["operstate"], link["mtu"], link["txqlen"]) == ("UP", 1500, 1000)
    assert said(run, "ip", "route").split("\n")[:2] == [
        "default via 192.168.1.1 dev eth0 ",
        "192.168.1.0/24 dev eth0 proto kernel scope link src 192.168.1.23 ",
    ]
    assert "default via fe80::1 dev eth0 proto ra" in said(run, "ip", "-6", "route")


def test_proc_net_says_the_same(run):
    _, *routes = said(run, "cat", "/proc/net/route").splitlines()
    assert [line.split()[:3] for line in routes] == [
        ["eth0", "00000000", "0101A8C0"],
        ["eth0", "0001A8C0", "00000000"],
    ]
    assert "26001700" in said(run, "cat", "/proc/net/if_inet6")
    _, gateway = said(run, "cat", "/proc/net/arp").splitlines()
    assert gateway.split()[::5] == ["192.168.1.1", "eth0"]
    names = [line.split(":")[0].strip() for line in said(run, "cat", "/proc/net/dev").splitlines()]
    assert names[2:] == ["lo", "eth0"]


@pytest.mark.skipif(shutil.which("node") is None, reason="needs node")
def test_node_finds_the_interface(run):
    program = "console.log(JSON.stringify(require('os').networkInterfaces()))"
    found = json.loads(said(run, shutil.which("node"), "-e", program))
    assert sorted(found) == ["eth0", "lo"]
    assert {each["mac"] for each in found["eth0"]} == {BARE.machine.mac}
    assert found["eth0"][0]["cidr"] == "192.168.1.23/24"


def test_connections_come_from_the_first_interface(run):
    assert ask(run, "STREAM,8.8.8.8", "STREAM,2606::1", "DGRAM,10.1.1.1", network=TWO) == [
        "STREAM 8.8.8.8 10.0.0.7",
        "STREAM 2606::1 fd3c:1:2::7",
        "DGRAM 10.1.1.1 10.0.0.7",
    ]


def test_neighbours_and_gateways_arrive_too(run):
    """The longest prefix wins: an ordinary route to a neighbour would lead nowhere."""
    assert ask(run, "STREAM,10.0.0.1", "DGRAM,10.0.0.99", "STREAM,172.17.0.5", network=TWO) == [
        "STREAM 10.0.0.1 10.0.0.7",
        "DGRAM 10.0.0.99 10.0.0.7",
        "STREAM 172.17.0.5 172.17.0.1",
    ]


def test_sockets_of_the_interface_and_of_the_link_arrive(run):
    words = [f"{kind},{address},eth0" for kind in ("STREAM", "DGRAM") for address in ("8.8.8.8",)]
    assert ask(run, *words, "STREAM,fe80::1%eth0", "DGRAM,fe80::1%eth0") == [
        "STREAM 8.8.8.8 192.168.1.23",
        "DGRAM 8.8.8.8 192.168.1.23",
        "STREAM fe80::1 2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4",
        "DGRAM fe80::1 2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4",
    ]


def test_what_a_client_says_to_its_own_addresses_stays_its_own(run):
    own = """
import socket, sys
for address in sys.argv[1:]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as server:
        with socket.create_connection(server.getsockname()[:2], 5) as client:
            accepted, _ = server.accept()
            accepted.send(b"own")
            print(client.recv(9).decode(), client.getpeername()[0])
            accepted.close()
"""
    for network, addresses in (
        (BARE.network, ["192.168.1.23", "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4"]),
        (TWO, ["10.0.0.7", "172.17.0.1", "fd3c:1:2::7", "127.0.0.1"]),
    ):
        expected = "".join(f"own {address}\n" for address in addresses)
        assert said(run, "python3", "-c", own, *addresses, network=network) == expected
    # And what was its own is another's again.
    assert ask(run, "STREAM,192.168.1.23", network=TWO) == ["STREAM 192.168.1.23 10.0.0.7"]


def test_without_ipv6_there_is_none(run):
    script = """
import socket
family = lambda name, flags: sorted({str(each[0].name) for each in socket.getaddrinfo(
    name, 443, type=socket.SOCK_STREAM, flags=flags)})
print(open("/proc/net/if_inet6").read().split()[-1], family("localhost", socket.AI_ADDRCONFIG))
"""
    assert said(run, "python3", "-c", script, network=PLAIN).split("\n")[0] == "lo ['AF_INET']"
    assert ask(run, "STREAM,2606::1", "DGRAM,2606::1", "STREAM,8.8.8.8", network=PLAIN) == [
        "STREAM 2606::1 OSError 101",
        "DGRAM 2606::1 OSError 101",
        "STREAM 8.8.8.8 10.0.0.7",
    ]
    # And it comes back.
    assert ask(run, "STREAM,2606::1", "DGRAM,2606::1") == [
        "STREAM 2606::1 2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4",
        "DGRAM 2606::1 2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4",
    ]


def test_without_ipv6_a_resolver_asks_for_ipv4_alone(locale_cache, runner):
    """As most programs ask: with AI_ADDRCONFIG."""
    program = """
import socket
try: socket.getaddrinfo("example.com", 443, flags=socket.AI_ADDRCONFIG)
except OSError as failure: print(failure.errno)
"""
    with Cell.open() as opened:
        asked = {}
        for network in (PLAIN, BARE.network):
            hasty = {"RES_OPTIONS": "timeout:1 attempts:1"}
            said(runner(opened), "python3", "-c", program, network=network, variables=hasty)
            asked[network] = questions(opened.sockets.udp4)
    assert asked == {PLAIN: {1}, BARE.network: {1, 28}}


def questions(receiving: socket.socket) -> set[int]:
    """The types that DNS queries waiting at the socket asked for."""
    found = set()
    while True:
        try:
            query = receiving.recv(2048, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return found
        found.add(struct.unpack("!H", query[-4:-2])[0])


def test_without_interfaces_nothing_is_reached(run):
    assert shown(run, network=Network((), "")) == {
        "lo": ("00:00:00:00:00:00", ["127.0.0.1/8", "::1/128"])
    }
    assert ask(run, "STREAM,8.8.8.8", network=Network((), "")) == ["STREAM 8.8.8.8 OSError 101"]


def test_broadcasts_arrive_and_what_is_for_a_group_does_no_harm(run):
    script = """
import socket, sys
for address, port in (("255.255.255.255", 9), ("10.0.0.255", 9), ("224.0.0.251", 5353)):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
        sending.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sending.sendto(b"hello", (address, port))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sending:
    sending.sendto(b"hello", ("ff02::fb", 5353, 0, 2))
"""
    assert said(run, "python3", "-c", script, network=TWO) == ""


EVERYTHING = "ip -d -o address; ip -o link; ip route show table all; ip -6 route show table all;"
EVERYTHING += "cat /proc/net/route /proc/net/arp; ip neighbour"


def test_changes_back_and_forth_leave_nothing(run, runner, locale_cache):
    """A cell that had every network shows each as a new cell does."""
    networks = [*LEVELS, PLAIN, TWO, Network((), "")]
    other = Machine(mac="3c:52:82:00:00:01")
    swapped = Network((Interface("docker0"), Interface("eth0", (), TWO.interfaces[1].mac)), "")
    for network in (*networks, *reversed(networks)):
        run("true", network=network)
        run("true", network=network, machine=other)
    for network in (*networks, TWO, swapped):
        used = said(run, "sh", "-c", EVERYTHING, network=network)
        with Cell.open() as fresh:
            assert used == said(runner(fresh), "sh", "-c", EVERYTHING, network=network)


@pytest.mark.parametrize("level", LEVELS, ids=lambda network: network.interfaces[-1].name)
def test_every_level_is_made_as_it_says(run, level):
    found = shown(run, network=level)
    assert list(found) == ["lo", *(each.name for each in level.interfaces)]
    for each in level.interfaces:
        mac, addresses = found[each.name]
        assert [one for one in addresses if not one.startswith("fe80")] == list(each.addresses)
        assert each.mac in (None, mac)
    assert found[level.interfaces[0].name][0] == (level.interfaces[0].mac or BARE.machine.mac)
    assert ask(run, "STREAM,8.8.8.8", network=level)[0].startswith("STREAM 8.8.8.8 ")


def test_the_machines_mac_is_the_first_interfaces(run):
    machine = Machine(mac="f4:8e:38:aa:bb:cc")
    found = shown(run, network=TWO, machine=machine)
    assert found["eth0"][0] == "f4:8e:38:aa:bb:cc"
    assert found["eth0"][1] == shown(run, network=TWO)["eth0"][1]
    assert shown(run, network=TWO)["eth0"][0] == BARE.machine.mac


def test_a_network_that_stays_costs_nothing(run, cell, monkeypatch):
    run("true", network=TWO)
    asked = []
    request = cell._trials.request
    monkeypatch.setattr(
        cell._trials, "request", lambda *words: asked.append(words[0].split()[0]) or request(*words)
    )
    run("true", network=TWO)
    assert asked == ["tree", "folders", "spawn", "reap"]
    run("true", network=PLAIN)
    assert asked[4:] == ["network", "tree", "folders", "spawn", "reap"]


def test_what_cannot_be_is_refused_and_the_cell_goes_on(run):
    with pytest.raises(UsageError, match="cannot be the name"):
        run("true", network=Network((Interface("a/b"),)))
    assert "eth0" in shown(run)


def test_a_change_that_fails_half_way_is_undone(run, monkeypatch):
    run("true")
    plan_network = cell_module.plan_network

    def broken(*words, **changes):
        found = plan_network(*words, **changes)
        return NetworkPlan(found.devices, (*found.commands, "no such command"))

    with monkeypatch.context() as during:
        during.setattr(cell_module, "plan_network", broken)
        with pytest.raises(LabError, match="ip -batch"):
            run("true", network=TWO)
    assert sorted(shown(run, network=PLAIN)) == ["lo", "wlan0"]
    assert ask(run, "STREAM,10.0.0.7", "STREAM,10.0.0.8", network=PLAIN) == [
        "STREAM 10.0.0.7 ConnectionRefusedError 111",
        "STREAM 10.0.0.8 10.0.0.7",
    ]


def test_what_netfilter_refuses_is_said():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        theirs.send(struct.pack("=IHHIIi", 36, 2, 0, 1, 0, 0) + bytes(16))
        netns.check_acknowledgements(ours)
        theirs.send(struct.pack("=IHHIIi", 36, 2, 0, 1, 0, -2) + bytes(16))
        with pytest.raises(OSError, match="netfilter: No such file"):
            netns.check_acknowledgements(ours)


def test_no_trial_finds_the_peers_of_an_earlier_one(run):
    ask(run, "STREAM,203.0.113.9")
    assert "203.0.113" not in said(run, "ip", "tcp_metrics")
    assert said(run, "cat", "/proc/net/tcp").count("\n") <= 2
