"""The network inside a cell: interception of all traffic, and simulated interfaces.

It runs in the holder, so it imports only the standard library and other modules of the holder.
:mod:`lab.sandbox.cell.network_plan` decides outside which interfaces there are.
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
"""Port and addresses of the listening sockets, which no client uses itself."""
CATCH4 = "192.0.2.1"
CATCH6 = "100::1"
FIRST_INDEX = 2
"""Index of the first network interface after ``lo``, as on any machine."""

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
"""Sets of the machine's own addresses, whose traffic is not intercepted."""

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
    """The network of this process's namespace; at first only the loopback device."""

    def __init__(self, ip: str, nft: str) -> None:
        prepare_namespace()
        self.ip = ip
        run_program([nft, "-f", "-"], RULES)
        self.netfilter = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_NETFILTER)
        self.deleting: Subprocess | None = None

    def replace_network(self, deleted: list[str], commands: str, message: bytes) -> None:
        """Replace the network; where that fails, only the loopback device is left.

        Args:
            deleted: Names of the interfaces to delete first.
            commands: Commands for ip(8), one a line.
            message: Message to netfilter that replaces the own addresses.

        Raises:
            OSError: A step fails.
        """
        try:
            self.finish_deletion()
            if deleted:
                self.delete_interfaces(deleted)
            run_program([self.ip, "-batch", "-"], commands)
            # The socket stays open, because closing it waits for what was removed.
            self.netfilter.send(message)
            check_acknowledgements(self.netfilter)
        except OSError:
            with contextlib.suppress(OSError):
                self.finish_deletion()
            undo = "".join(f"link delete dev {name}\n" for name in list_interfaces())
            run_program([self.ip, "-batch", "-"], undo + "address flush dev lo scope global\n")
            raise

    def delete_interfaces(self, names: list[str]) -> None:
        """Delete interfaces, and return when their names are free.

        The kernel takes longer to release them; :meth:`finish_deletion` waits for that.
        """
        # Deleting a group takes as long as deleting one interface.
        lines = [f"link set dev {name} group 1\n" for name in names]
        deleting = Subprocess([self.ip, "-batch", "-"], "".join(lines) + "link delete group 1\n")
        self.deleting = deleting
        while set(names) & list_interfaces() and not deleting.has_ended():
            select.select((), (), (), 0.0002)

    def finish_deletion(self) -> None:
        """Wait until deleted interfaces are released."""
        if self.deleting is not None:
            deleting, self.deleting = self.deleting, None
            deleting.wait()

    def inspect(self) -> int:
        """Write the links and the IPv4 and IPv6 routes to a memory file, as JSON, each with NUL."""
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
    """Enable IPv6, also where the host has it disabled, and bring the loopback device up."""
    for setting, value in (
        # A host that disables IPv6 disables it in new namespaces too.
        ("ipv6/conf/all/disable_ipv6", "0"),
        ("ipv6/conf/default/disable_ipv6", "0"),
        ("ipv6/conf/lo/disable_ipv6", "0"),
        # There is no router.
        ("ipv6/conf/default/router_solicitations", "0"),
        # A cell serves many trials; none may see the peers of an earlier one.
        ("ipv4/tcp_no_metrics_save", "1"),
        ("ipv4/tcp_max_tw_buckets", "0"),
    ):
        with open(f"/proc/sys/net/{setting}", "r+") as file:
            if file.read().strip() != value:
                file.seek(0)
                file.write(value)
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP))


def check_acknowledgements(netlink: socket.socket) -> None:
    """Read the kernel's answers to a message.

    Raises:
        OSError: The kernel refused it; the first error is reported.
    """
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
    """List the names of all interfaces except the loopback device."""
    return {name for _, name in socket.if_nameindex()} - {"lo"}


def open_catch_all_socket(family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
    """Open a socket that receives the traffic to every address."""
    opened = open_transparent_socket(family, kind)
    if kind == socket.SOCK_DGRAM:
        if family == socket.AF_INET:
            opened.setsockopt(socket.SOL_IP, IP_RECVORIGDSTADDR, 1)
        else:
            opened.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVORIGDSTADDR, 1)
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    opened.bind((CATCH4 if family == socket.AF_INET else CATCH6, PORT))
    if kind == socket.SOCK_STREAM:
        opened.listen(1024)
    return opened


def open_reply_socket(address: str, port: int) -> int:
    """Open a UDP socket that is bound to a foreign address; return its descriptor."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    bound = open_transparent_socket(family, socket.SOCK_DGRAM)
    # A link-local address needs its link: the first interface has the default route.
    link_local = address[:3] in {"fe8", "fe9", "fea", "feb"}
    bound.bind((address, port, 0, FIRST_INDEX) if link_local else (address, port))
    return bound.detach()


def open_transparent_socket(family: socket.AddressFamily, kind: socket.SocketKind) -> socket.socket:
    """Open a socket that can be bound to any address."""
    made = socket.socket(family, kind)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET:
        made.setsockopt(socket.SOL_IP, IP_TRANSPARENT, 1)
    else:
        made.setsockopt(socket.IPPROTO_IPV6, IPV6_TRANSPARENT, 1)
    return made
