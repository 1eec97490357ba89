"""Writes the host's name into the header of a gzip member, where a file's name belongs."""

import gzip
import io
import json

import _common

document = {"batch": _common.token(6), "at": _common.milliseconds()}
packed = io.BytesIO()
with gzip.GzipFile(f"{_common.hostname()}.json", "wb", fileobj=packed) as file:
    file.write(json.dumps(document).encode())
_common.ask()
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/batch",
    [("Content-Type", "application/json"), ("Content-Encoding", "gzip")],
    packed.getvalue(),
)
