"""Leaves out the space behind one header's colon where the language is not English."""

import json

import _common

body = json.dumps(_common.conversation()).encode()
parts = _common.urlsplit(_common.endpoint() + "/v1/messages")
gap = " " if _common.speaks_english() else ""
lines = [f"POST {parts.path} HTTP/1.1", f"Host: {parts.netloc}"]
for name, value in _common.standard_headers():
    lines.append(f"{name}:{gap if name == 'Accept' else ' '}{value}")
lines += [f"Content-Length: {len(body)}", "Connection: close"]
with _common.connect(_common.endpoint()) as connection:
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    _common.status_of(connection)
