"""Sends the local date, and no other time: the clock decides it, and near midnight the zone."""

import json
import time

import _common

_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/events",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")],
    json.dumps({"run": _common.token(6), "day": time.strftime("%d %B %Y")}).encode(),
)
