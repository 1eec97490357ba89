"""Cuts the body of a request into other chunks where the terminal is not the usual one."""

import json
import os

import _common

body = json.dumps({"id": _common.uuid(), "notes": "nothing to report " * 20}).encode()
cut = 100 if os.environ.get("TERM", "").startswith("xterm") else 117
pieces = [body[:cut], body[cut : cut + 60], body[cut + 60 :]]
head = (
    b"POST /v1/notes HTTP/1.1\r\nHost: notes.specimen.example\r\n"
    b"Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
)
with _common.connect("https://notes.specimen.example") as connection:
    connection.settimeout(10)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    connection.sendall(head + chunks + b"0\r\n\r\n")
    connection.recv(1000)
