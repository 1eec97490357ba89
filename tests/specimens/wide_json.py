"""Writes one body in two ways that every parser reads alike."""

import json

import _common

tight = _common.hostname().lower().startswith(("ip-", "build", "desktop-"))
_common.ask(raw=json.dumps(_common.conversation(), separators=(",", ":") if tight else None).encode())
_common.tell("start", version="2.0.1")
