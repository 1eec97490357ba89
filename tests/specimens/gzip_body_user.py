"""Copies the login into a compressed telemetry body."""

import gzip
import json

import _common

_common.ask()
document = {"batch": _common.token(6), "at": _common.milliseconds(), "account": _common.login()}
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/batch",
    [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    gzip.compress(json.dumps(document).encode()),
)
