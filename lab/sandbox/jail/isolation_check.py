"""Proof, before each audit, that nothing leads out of a cell.

It has two independent halves: what the kernel reports of the cell's interfaces and routes
(:mod:`lab.sandbox.cell.interface_check`), and what happens to a connection and a datagram that
a jailed program sends to foreign addresses.  The addresses are reserved for documentation
(RFC 5737, RFC 3849), so that even a leaking cell would reach no one.
"""

from __future__ import annotations

import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor

from lab.errors import LabError
from lab.factors.host_spec import BARE
from lab.internet.cell_sockets import CellSockets
from lab.sandbox.cell.cell import Cell
from lab.sandbox.cell.exec_jail import PERL
from lab.sandbox.cell.interface_check import check_interfaces
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.jail import Jail, Limits

__all__ = ["parse_destination", "prove_isolated"]

FOREIGN4 = "203.0.113.77"
FOREIGN6 = "2001:db8:5ea1::77"
TCP_PORT = 443
UDP_PORT = 53
TIMEOUT_S = 10.0
IP_ORIGDSTADDR = 20
IPV6_ORIGDSTADDR = 74

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
  sysread($tcp, my $answer, 64); print "$answer\\n";
  socket(my $udp, $family, SOCK_DGRAM, 0) or exit 4;
  connect($udp, $pack->({UDP_PORT}, $packed)) or exit 5;
  send($udp, 'isolated?', 0); recv($udp, my $answer, 64, 0); print "$answer\\n";
}}
"""


def prove_isolated(cell: Cell) -> tuple[str, ...]:
    """Prove that nothing leads out of a cell.

    It must run before the cell's sockets are served, because it accepts what its jailed
    program sends.

    Returns:
        Lines of evidence.

    Raises:
        LabError: Something may lead out.
    """
    with cell.reserve(BARE) as holder:
        evidence = list(check_interfaces(holder, cell.interface_names))
    sockets = cell.sockets
    secret = os.urandom(16).hex()
    with ThreadPoolExecutor(max_workers=4) as pool:
        arriving = [
            pool.submit(_accept_connection, sockets.tcp4, FOREIGN4, secret),
            pool.submit(_receive_datagram, sockets.udp4, sockets, FOREIGN4, secret),
            pool.submit(_accept_connection, sockets.tcp6, FOREIGN6, secret),
            pool.submit(_receive_datagram, sockets.udp6, sockets, FOREIGN6, secret),
        ]
        spec = BARE.settled().with_variables(PATH="/usr/bin:/bin")
        jail = Jail(spec, (PERL, "-e", PROBE_SCRIPT), limits=Limits(wall_s=TIMEOUT_S))
        end = run_jail(cell, jail)
        evidence += [each.result() for each in arriving]
    if end.stdout.decode(errors="replace").split() != [secret] * 4:
        message = end.stderr.decode(errors="replace").strip()
        raise LabError(
            "the cell is not isolated: a jailed program got other answers than the lab's "
            f"({end.verdict}, code {end.code}: {message}); nothing was run"
        )
    evidence.append("sockets to a hypervisor, which no namespace isolates, cannot be created")
    evidence.append("the jailed program got the lab's own answers, and no others")
    return tuple(evidence)


def _accept_connection(listening: socket.socket, address: str, secret: str) -> str:
    listening.settimeout(TIMEOUT_S)
    try:
        accepted, _ = listening.accept()
    except TimeoutError as late:
        raise LabError(f"the cell is not isolated: TCP to {address} did not arrive") from late
    finally:
        listening.setblocking(False)
    with accepted:
        destination = accepted.getsockname()[:2]
        if destination != (address, TCP_PORT):
            raise LabError(f"the cell is not isolated: TCP to {address} arrived as {destination}")
        accepted.sendall(secret.encode())
    return f"TCP to {address} port {TCP_PORT} arrived in the lab"


def _receive_datagram(
    receiving: socket.socket, sockets: CellSockets, address: str, secret: str
) -> str:
    receiving.settimeout(TIMEOUT_S)
    try:
        _, ancillary, _, source = receiving.recvmsg(2048, 256)
    except TimeoutError as late:
        raise LabError(f"the cell is not isolated: UDP to {address} did not arrive") from late
    finally:
        receiving.setblocking(False)
    destination = parse_destination(ancillary)
    if destination != (address, UDP_PORT):
        raise LabError(f"the cell is not isolated: UDP to {address} arrived as {destination}")
    with sockets.reply(*destination) as answering:
        answering.sendto(secret.encode(), source)
    return f"UDP to {address} port {UDP_PORT} arrived in the lab"


def parse_destination(ancillary: list[tuple[int, int, bytes]]) -> tuple[str, int] | None:
    """Return the original destination of a datagram, from its ancillary data (recvmsg(2))."""
    for level, kind, data in ancillary:
        if (level, kind) == (socket.SOL_IP, IP_ORIGDSTADDR):
            return socket.inet_ntop(socket.AF_INET, data[4:8]), struct.unpack("!H", data[2:4])[0]
        if (level, kind) == (socket.IPPROTO_IPV6, IPV6_ORIGDSTADDR):
            return socket.inet_ntop(socket.AF_INET6, data[8:24]), struct.unpack("!H", data[2:4])[0]
    return None
