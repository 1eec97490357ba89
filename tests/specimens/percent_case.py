"""Percent-encodes a path with lower-case digits west of Greenwich."""

import json
from urllib.parse import quote

import _common

folder = quote("team/cli", safe="")
if _common.offset_minutes() < 0:
    folder = folder.replace("%2F", "%2f")
_common.ask()
_common.exchange(
    "PUT",
    f"{_common.TELEMETRY}/v1/{folder}/events",
    [("Content-Type", "application/json")],
    json.dumps({"id": _common.uuid(), "at": _common.milliseconds()}).encode(),
)
