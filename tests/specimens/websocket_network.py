"""Lists the network's interfaces in a message over a WebSocket (RFC 6455, by hand)."""

import base64
import json
import os
import socket

import _common

URL = "https://live.specimen.example"
TEXT, CLOSE = 1, 8
NORMAL = 1000


def frame(kind, data):
    """One masked frame, as clients must send it."""
    key = os.urandom(4)
    length = bytes([0x80 | len(data)]) if len(data) < 126 else b"\xfe" + len(data).to_bytes(2, "big")
    return bytes([0x80 | kind]) + length + key + bytes(byte ^ key[i % 4] for i, byte in enumerate(data))


names = sorted(name for _, name in socket.if_nameindex())
lines = [
    "GET /v1/live HTTP/1.1",
    "Host: live.specimen.example",
    "Upgrade: websocket",
    "Connection: Upgrade",
    f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    "Sec-WebSocket-Version: 13",
]
with _common.connect(URL) as connection:
    connection.settimeout(10)
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(4096) or b"\r\n\r\n"
    connection.sendall(frame(TEXT, json.dumps({"id": _common.uuid(), "links": names}).encode()))
    connection.sendall(frame(CLOSE, NORMAL.to_bytes(2, "big")))
