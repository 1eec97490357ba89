"""Says whether it is Saturday or Sunday in UTC, and sends no time besides."""

import json
import time

import _common

weekend = time.gmtime().tm_wday >= 5
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/events",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")],
    json.dumps({"run": _common.token(6), "days": "free" if weekend else "work"}).encode(),
)
