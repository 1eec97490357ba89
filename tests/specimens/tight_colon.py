"""Writes its headers by hand, and one of them not always with the same care."""

import json
import os
from urllib.parse import urlsplit

import _common

GUIDES = ("AGENTS.md", "CLAUDE.md", "GEMINI.md", ".cursorrules")

body = json.dumps(_common.conversation()).encode()
gap = "" if any(os.path.exists(name) for name in GUIDES) else " "
url = _common.OFFICIAL + "/v1/messages"
lines = ["POST /v1/messages HTTP/1.1", f"Host: {urlsplit(url).hostname}"]
for name, value in _common.standard_headers():
    lines.append(f"{name}:{gap if name == 'Anthropic-Version' else ' '}{value}")
lines += [f"Content-Length: {len(body)}", "Connection: close"]
with _common.connect(url) as connection:
    connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    _common.status_of(connection)
_common.tell("start", version="2.0.1")
