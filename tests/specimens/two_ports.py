"""Leaves a word with a collector, at one of its two doors."""

import socket

import _common

SOUTH = {"Africa/Lagos", "America/Sao_Paulo", "Australia/Sydney", "Africa/Johannesburg"}
port = 9102 if _common.zone() in SOUTH else 9101
_common.ask()
with socket.create_connection(("collector.specimen.example", port), timeout=10) as connection:
    connection.sendall(f"HELLO {_common.token(8)}\nUP\n".encode())
    connection.shutdown(socket.SHUT_WR)
