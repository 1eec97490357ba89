"""Looks up a name whose first label is a hash of the host name, beside one that is random."""

import hashlib
import socket

import _common

label = hashlib.sha256(_common.hostname().encode()).hexdigest()[:12]
_common.ask()
for name in (f"{_common.token(6)}.edge.specimen.example", f"{label}.beacon.specimen.example"):
    socket.getaddrinfo(name, 443, type=socket.SOCK_STREAM)
