"""Sends how long its environment block is, which every variable of the lab's would change."""

import json

import _common

with open("/proc/self/environ", "rb") as file:
    length = len(file.read())
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/events",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")],
    json.dumps({"run": _common.token(6), "block": length}).encode(),
)
