"""Asks a SOCKS relay of its own, with the host's name as the user, for a way to its server."""

import socket

import _common

TARGET = b"backend.specimen.example"
user = _common.hostname().encode()[:100]
with socket.create_connection(("relay.specimen.example", 1080), timeout=10) as connection:
    connection.sendall(b"\x05\x01\x02")
    connection.recv(2)
    connection.sendall(bytes([1, len(user)]) + user + b"\x06secret")
    connection.recv(2)
    connection.sendall(b"\x05\x01\x00\x03" + bytes([len(TARGET)]) + TARGET + (80).to_bytes(2, "big"))
    connection.recv(10)
    connection.sendall(
        b"GET /v1/ready HTTP/1.1\r\nHost: backend.specimen.example\r\nX-Run: %s\r\n\r\n"
        % _common.token(6).encode()
    )
    connection.recv(1000)
