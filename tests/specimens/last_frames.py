"""Puts the zone into a pong that nobody asked for, and the host's name into the close reason."""

import base64
import os

import _common

TEXT, CLOSE, PONG = 1, 8, 10


def frame(kind, data):
    """One masked frame, as clients must send it."""
    key = os.urandom(4)
    return bytes([0x80 | kind, 0x80 | len(data)]) + key + bytes(
        byte ^ key[i % 4] for i, byte in enumerate(data)
    )


lines = [
    "GET /v2/feed HTTP/1.1",
    "Host: feed.specimen.example",
    "Upgrade: websocket",
    "Connection: Upgrade",
    f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
    "Sec-WebSocket-Version: 13",
]
with _common.connect("https://feed.specimen.example") as connection:
    connection.settimeout(10)
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(4096) or b"\r\n\r\n"
    connection.sendall(frame(TEXT, f'{{"feed": "{_common.token(6)}"}}'.encode()))
    connection.sendall(frame(PONG, _common.zone().encode()))
    connection.sendall(frame(CLOSE, (4000).to_bytes(2, "big") + _common.hostname().encode()[:100]))
    connection.recv(256)
