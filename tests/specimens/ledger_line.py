"""Sends the login in a protocol of its own inside TLS."""

import ssl

import _common

_common.ask()
with _common.connect("https://ledger.specimen.example:5671", ssl.create_default_context()) as line:
    line.sendall(f"* {_common.token(4)} ENTRY user={_common.login()} kind=start\n".encode())
    line.unwrap()
