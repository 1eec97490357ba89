"""The network inside a cell: what catches everything, and the interfaces that it pretends.

The holder's, so it imports nothing but the standard library and what else is the holder's.
What the interfaces are is decided outside (:mod:`lab.sandbox.cell.network_plan`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import socket
import struct

from lab.sandbox.cell.subprocesses import Subprocess, run_program

__all__ = [
    "FIRST_INDEX",
    "OWN4",
    "OWN6",
    "TABLE",
    "NetworkNamespace",
    "open_catch_all_socket",
    "open_reply_socket",
]

PORT = 1
"""Of the listening sockets.  A port and addresses that no client can want for itself."""
CATCH4 = "192.0.2.1"
CATCH6 = "100::1"
FIRST_INDEX = 2
"""Of the network interfaces beside ``lo``: where the numbers begin on any machine."""

IP_TRANSPARENT = 19
IP_RECVORIGDSTADDR = 20
IPV6_RECVORIGDSTADDR = 74
IPV6_TRANSPARENT = 75
SIOCSIFFLAGS = 0x8914
IFF_UP = 1
NETLINK_NETFILTER = 12
NLMSG_ERROR = 2

TABLE = "lab"
OWN4 = "own4"
OWN6 = "own6"
"""Sets of the addresses that are the machine's own; the lab is not their other end."""

RULES = f"""\
table inet {TABLE} {{
  set {OWN4} {{ type ipv4_addr; }}
  set {OWN6} {{ type ipv6_addr; }}
  chain prerouting {{
    type filter hook prerouting priority mangle;
    ip daddr 127.0.0.0/8 return
    ip daddr @{OWN4} return
    ip6 daddr ::1 return
    ip6 daddr @{OWN6} return
    meta l4proto {{ tcp, udp }} tproxy ip to {CATCH4}:{PORT}
    meta l4proto {{ tcp, udp }} tproxy ip6 to [{CATCH6}]:{PORT}
  }}
}}
"""


class NetworkNamespace:
    """The network of this namespace: at first, only the loopback device."""

    def __init__(self, ip: str, nft: str) -> None:
        prepare_namespace()
        self.ip = ip
        run_program([nft, "-f", "-"], RULES)
        self.netfilter = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.deleting: Subprocess | None = None

    def replace_network(self, doomed: list[str], commands: str, message: bytes) -> None:
        """Make another network; where that fails, none is left, as in a new cell."""
        try:
            self.finish_deletion()
            if doomed:
                self.delete_interfaces(doomed)
            run_program([self.ip, "-batch", "-"], commands)
            # Over a socket that stays open: at its end it waits for what was removed.
            self.netfilter.send(message)
            check_acknowledgements(self.netfilter)
        except OSError:
            with contextlib.suppress(OSError):
                self.finish_deletion()
            undo = "".join(f"link delete dev {name}\n" for name in list_interfaces())
            run_program([self.ip, "-batch", "-"], undo + "address flush dev lo scope global\n")
            raise

    def delete_interfaces(self, names: list[str]) -> None:
        """Delete interfaces; they are not there any more when it returns.

        The kernel goes on to free them, which takes longer, and which :meth:`settle` awaits.
        """
        # As a group, which takes the time of one.
        lines = [f"link set dev {name} group 1\n" for name in names]
        deleting = Subprocess([self.ip, "-batch", "-"], "".join(lines) + "link delete group 1\n")
        self.deleting = deleting
        while set(names) & list_interfaces() and not deleting.has_ended():
            select.select((), (), (), 0.0002)

    def finish_deletion(self) -> None:
        """Wait for what is being deleted."""
        if self.deleting is not None:
            deleting, self.deleting = self.deleting, None
            deleting.wait()

    def inspect(self) -> int:
        """What `ip` says about the cell, in an anonymous file: JSON, three times, and NUL."""
        output = os.memfd_create("inspect")
        for words in (
            ["link"],
            ["-4", "route", "show", "table", "all"],
            ["-6", "route", "show", "table", "all"],
        ):
            run_program([self.ip, "-json", "-details", *words], "", output)
            os.write(output, b"\0")
        os.lseek(output, 0, os.SEEK_SET)
        return output


def prepare_namespace() -> None:
    """IPv6 as on any machine, also where the host has it off; and the loopback device up."""
    for setting, value in (
        # A host that turned IPv6 off turned it off for new namespaces too.
        ("ipv6/conf/all/disable_ipv6", "0"),
        ("ipv6/conf/default/disable_ipv6", "0"),
        ("ipv6/conf/lo/disable_ipv6", "0"),
        # Nobody is there to be a router.
        ("ipv6/conf/default/router_solicitations", "0"),
        # A cell serves many trials: none may find the peers of an earlier one.
        ("ipv4/tcp_no_metrics_save", "1"),
        ("ipv4/tcp_max_tw_buckets", "0"),
    ):
        with open(f"/proc/sys/net/{setting}", "r+") as file:
            if file.read().strip() != value:
                file.seek(0)
                file.write(value)
    with socket.socket() as anyone:
        fcntl.ioctl(anyone, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def check_acknowledgements(netlink: socket.socket) -> None:
    """Read the answers to a message; OSError for the first that says that it failed."""
    while True:
        try:
            answer = netlink.recv(1 << 16, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return
        while len(answer) >= 20:
            length, kind, _, _, _, error = struct.unpack_from("=IHHIIi", answer)
            if kind == NLMSG_ERROR and error:
                raise OSError(-error, f"netfilter: {os.strerror(-error)}")
            answer = answer[(length + 3) & ~3 :]


def list_interfaces() -> set[str]:
    """The names of those beside the loopback device."""
    return {name for _, name in socket.if_nameindex()} - {"lo"}


def open_catch_all_socket(family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
    """A socket that receives what was meant for any address."""
    caught = open_transparent_socket(family, kind)
    if kind == socket.SOCK_DGRAM:
        if family == socket.AF_INET:
            caught.setsockopt(socket.SOL_IP, IP_RECVORIGDSTADDR, 1)
        else:
            caught.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, 1)
        caught.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    caught.bind((CATCH4 if family == socket.AF_INET else CATCH6, PORT))
    if kind == socket.SOCK_STREAM:
        caught.listen(1024)
    return caught


def open_reply_socket(address: str, port: int) -> int:
    """A UDP socket bound to an address that is not ours."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = open_transparent_socket(family, socket.SOCK_DGRAM)
    # A link-local address is one of a link, and there is one that leads outside.
    link_local = address[:3] in {"fe8", "fe9", "fea", "feb"}
    bound.bind((address, port, 0, FIRST_INDEX) if link_local else (address, port))
    return bound.detach()


def open_transparent_socket(family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
    """A socket that may be bound to any address."""
    made = socket.socket(family, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET:
        made.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
    return made
