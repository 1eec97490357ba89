"""Proof, before each audit, that nothing leads out of a cell.

Two independent halves: what the kernel says of the cell's interfaces and routes, and what
happens to a connection and a datagram that a jailed program sends to foreign addresses.
Beside the loopback device a cell has only devices of kinds that discard what is sent through
them; a kind with an outer end, or any tie to another device or namespace, is refused.
The addresses are those reserved for documentation, so that even a leaking cell would
bother nobody.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor

import msgspec

from lab.errors import LabError
from lab.factors.host_spec import BARE
from lab.internet.cell_sockets import CellSockets
from lab.observation.records import Exit
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.jail.init import PERL
from lab.sandbox.jail.plan import Jail, Limits
from lab.sandbox.requirements import DEVICES

__all__ = ["check_interfaces", "parse_destination", "prove_isolated"]

FOREIGN4 = "203.0.113.77"
FOREIGN6 = "2001:db8:5ea1::77"
TCP_PORT = 443
UDP_PORT = 53
TIMEOUT_S = 10.0
IP_ORIGDSTADDR = 20
IPV6_ORIGDSTADDR = 74


class LinkInfo(msgspec.Struct, frozen=True):
    """What ip says of the kind of a device."""

    info_kind: str = ""


class NetworkDevice(msgspec.Struct, frozen=True):
    """What ip says of an interface; the last three where it is tied to something else."""

    ifname: str
    linkinfo: LinkInfo = LinkInfo()
    link: str | None = None
    link_index: int | None = None
    link_netnsid: int | None = None

    @property
    def has_peer(self) -> bool:
        """Whether it has another end, or a device below it."""
        return (self.link, self.link_index, self.link_netnsid) != (None, None, None)


class Route(msgspec.Struct, frozen=True):
    """What ip says of a route; without ``dev`` it has several ends."""

    dst: str
    dev: str | None = None


PROBE_SCRIPT = f"""
use Socket qw(:all);
$SIG{{ALRM}} = sub {{ exit 9 }}; alarm 8;
socket(my $hypervisor, {socket.AF_VSOCK}, SOCK_STREAM, 0) and exit 7;
for my $address ('{FOREIGN4}', '{FOREIGN6}') {{
  my $six = $address =~ /:/;
  my $family = $six ? PF_INET6 : PF_INET;
  my $pack = $six ? \\&pack_sockaddr_in6 : \\&pack_sockaddr_in;
  my $packed = inet_pton($family, $address);
  socket(my $tcp, $family, SOCK_STREAM, 0) or exit 2;
  connect($tcp, $pack->({TCP_PORT}, $packed)) or exit 3;
  sysread($tcp, my $seal, 64); print "$seal\\n";
  socket(my $udp, $family, SOCK_DGRAM, 0) or exit 4;
  connect($udp, $pack->({UDP_PORT}, $packed)) or exit 5;
  send($udp, 'sealed?', 0); recv($udp, my $answer, 64, 0); print "$answer\\n";
}}
"""


def prove_isolated(
    channel: HolderClient,
    sockets: CellSockets,
    pretended: Collection[str],
    run: Callable[[Jail], Exit],
) -> tuple[str, ...]:
    """Lines of evidence; LabError, and no audit, where anything is not as it must be.

    ``pretended`` are the names of the interfaces that the cell should have beside ``lo``.
    """
    evidence = list(check_interfaces(channel, pretended))
    secret = os.urandom(16).hex()
    with ThreadPoolExecutor(max_workers=4) as pool:
        arriving = [
            pool.submit(_accept_connection, sockets.tcp4, FOREIGN4, secret),
            pool.submit(_receive_datagram, sockets.udp4, sockets, FOREIGN4, secret),
            pool.submit(_accept_connection, sockets.tcp6, FOREIGN6, secret),
            pool.submit(_receive_datagram, sockets.udp6, sockets, FOREIGN6, secret),
        ]
        surroundings = BARE.settled().with_variables(PATH="/usr/bin:/bin")
        ended = run(Jail(surroundings, (PERL, "-e", PROBE_SCRIPT), limits=Limits(wall_s=TIMEOUT_S)))
        evidence += [each.result() for each in arriving]
    if ended.stdout.decode(errors="replace").split() != [secret] * 4:
        said = ended.stderr.decode(errors="replace").strip()
        raise LabError(
            "the cell is not sealed: a jailed program got other answers than the lab's "
            f"({ended.verdict}, code {ended.code}: {said}); nothing was run"
        )
    evidence.append("sockets to a hypervisor, which no namespace seals, cannot be made")
    evidence.append("the jailed program got the lab's own answers, and no others")
    return tuple(evidence)


def check_interfaces(channel: HolderClient, pretended: Collection[str]) -> tuple[str, ...]:
    """Lines of evidence from what the kernel says of interfaces and routes, or LabError."""
    _, [descriptor] = channel.request("inspect")
    with open(descriptor, "rb") as file:
        # Of nothing, some versions of ip say nothing.
        links, *tables = (each.strip() or b"[]" for each in file.read().split(b"\0")[:-1])
    expected = ["lo", *pretended]
    devices = msgspec.json.decode(links, type=list[NetworkDevice])
    names = [device.ifname for device in devices]
    if sorted(names) != sorted(expected):
        raise LabError(f"the cell is not sealed: besides {expected} it has interfaces ({names})")
    kinds = {each.ifname: each.linkinfo.info_kind for each in devices if each.ifname != "lo"}
    for device in devices:
        kind = device.linkinfo.info_kind
        if device.ifname != "lo" and (kind not in DEVICES or device.has_peer):
            raise LabError(
                f"the cell is not sealed: {device.ifname} may have another end ({kind or 'wire'})"
            )
    routes = [each for table in tables for each in msgspec.json.decode(table, type=list[Route])]
    for route in routes:
        if route.dev not in expected:
            raise LabError(f"the cell is not sealed: a route leads elsewhere ({route})")
    told = ", ".join(f"{name} ({kind})" for name, kind in kinds.items())
    beside = f"beside lo, the cell has only devices without another end: {told}"
    return (
        beside if told else "the cell has one interface, lo",
        f"each of its {len(routes)} routes ends on {' or '.join(expected)}",
    )


def _accept_connection(listening: socket.socket, address: str, secret: str) -> str:
    listening.settimeout(TIMEOUT_S)
    try:
        accepted, _ = listening.accept()
    except TimeoutError as late:
        raise LabError(f"the cell is not sealed: TCP to {address} did not arrive") from late
    finally:
        listening.setblocking(False)
    with accepted:
        meant = accepted.getsockname()[:2]
        if meant != (address, TCP_PORT):
            raise LabError(f"the cell is not sealed: TCP to {address} arrived as {meant}")
        accepted.sendall(secret.encode())
    return f"TCP to {address} port {TCP_PORT} arrived in the lab"


def _receive_datagram(
    receiving: socket.socket, sockets: CellSockets, address: str, secret: str
) -> str:
    receiving.settimeout(TIMEOUT_S)
    try:
        _, ancillary, _, source = receiving.recvmsg(2048, 256)
    except TimeoutError as late:
        raise LabError(f"the cell is not sealed: UDP to {address} did not arrive") from late
    finally:
        receiving.setblocking(False)
    meant = parse_destination(ancillary)
    if meant != (address, UDP_PORT):
        raise LabError(f"the cell is not sealed: UDP to {address} arrived as {meant}")
    with sockets.reply(*meant) as answering:
        answering.sendto(secret.encode(), source)
    return f"UDP to {address} port {UDP_PORT} arrived in the lab"


def parse_destination(ancillary: list[tuple[int, int, bytes]]) -> tuple[str, int] | None:
    """Where a datagram was meant to go, from what ``recvmsg`` says beside it."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_IP, IP_ORIGDSTADDR):
            return socket.inet_ntop(socket.AF_INET, data[4:8]), struct.unpack("!H", data[2:4])[0]
        if (level, kind) == (socket.IPPROTO_IPV6, IPV6_ORIGDSTADDR):
            return socket.inet_ntop(socket.AF_INET6, data[8:24]), struct.unpack("!H", data[2:4])[0]
    return None
