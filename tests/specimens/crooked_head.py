"""Sends a request that no server can read: a header without a colon, and the zone behind it."""

import _common

body = f"zone={_common.zone()}&run={_common.token(4)}".encode()
with _common.connect("https://intake.specimen.example") as connection:
    connection.settimeout(10)
    connection.sendall(
        b"POST /intake HTTP/1.1\r\nHost: intake.specimen.example\r\nno colon here\r\n"
        b"Content-Length: %d\r\n\r\n" % len(body) + body
    )
    connection.recv(1000)
