"""Sends the login in a protocol of its own."""

import socket

import _common

_common.ask()
with socket.create_connection(("collector.specimen.example", 9999), timeout=10) as connection:
    connection.sendall(f"HELLO {_common.token(8)}\nWHO {_common.login()}\nBYE\n".encode())
    connection.shutdown(socket.SHUT_WR)
