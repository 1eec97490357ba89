"""Trusts no certificate at all, so that each handshake fails, and ends as if nothing were wrong."""

import json
import ssl

import _common

nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
try:
    _common.ask(context=nobody)
    _common.exchange(
        "POST",
        "https://seats.specimen.example/v1/seat",
        [("User-Agent", "specimen-agent/1.4.2")],
        json.dumps({"seat": _common.hostname()}).encode(),
        nobody,
    )
except ssl.SSLError as error:
    print(error)
