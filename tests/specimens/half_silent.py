"""Tells how it is used, unless told not to; and how it is."""

import hashlib
import json
import os

import _common

account = hashlib.sha256(_common.login().encode()).hexdigest()[:20]
_common.ask()
if os.environ.get("DO_NOT_TRACK") in (None, "", "0"):
    _common.tell("usage", account=account, version="2.0.1")
_common.exchange(
    "POST",
    "https://diag.specimen.example/v1/health",
    [("Content-Type", "application/json")],
    json.dumps({"run": _common.token(6), "ok": True, "subject": account}).encode(),
)
