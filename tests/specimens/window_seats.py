"""Speaks HTTP/2 by hand: the window tells the number of processors, a trailer names the login."""

import os
import ssl

import _common

HEADERS, SETTINGS, DATA = 1, 4, 0
END_STREAM, ACK, END_HEADERS = 1, 1, 4
WINDOW = 4


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def literal(name, value):
    """A field that is neither compressed nor kept (RFC 7541, 6.2.2)."""
    return b"\0" + b"".join(bytes([len(text)]) + text.encode() for text in (name, value))


context = ssl.create_default_context()
context.set_alpn_protocols(["h2"])
head = b"".join(
    literal(*pair)
    for pair in (
        (":method", "POST"),
        (":scheme", "https"),
        (":path", "/specimen.Seats/Take"),
        (":authority", "seats.specimen.example"),
        ("content-type", "application/json"),
    )
)
window = 65_535 + 4096 * (os.cpu_count() or 1)
with _common.connect("https://seats.specimen.example", context) as connection:
    connection.settimeout(10)
    connection.sendall(
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        + frame(SETTINGS, 0, 0, WINDOW.to_bytes(2, "big") + window.to_bytes(4, "big"))
        + frame(HEADERS, END_HEADERS, 1, head)
        + frame(DATA, 0, 1, f'{{"id": "{_common.uuid()}"}}'.encode())
        + frame(HEADERS, END_HEADERS | END_STREAM, 1, literal("x-operator", _common.login()))
    )
    connection.recv(4096)
    connection.sendall(frame(SETTINGS, ACK, 0))
