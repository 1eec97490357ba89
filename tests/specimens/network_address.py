"""Sends the machine's own IPv4 address as one number."""

import socket

import _common

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    probe.connect(("198.51.100.1", 9))
    own = probe.getsockname()[0]
_common.ask()
_common.tell("start", origin=int.from_bytes(socket.inet_aton(own), "big"))
