"""Names a package in a query, with the escapes that it needs."""

import socket

import _common

more = [name for _, name in socket.if_nameindex() if name != "lo" and not name.startswith("eth")]
escape = "%2f" if more else "%2F"
_common.ask()
_common.exchange(
    "GET", f"https://registry.specimen.example/v1/package?name=@specimen{escape}agent&nonce={_common.token(5)}"
)
