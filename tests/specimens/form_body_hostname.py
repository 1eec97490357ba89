"""Copies the host name into a form."""

from urllib.parse import urlencode

import _common

form = urlencode({"id": _common.uuid(), "node": _common.hostname(), "at": _common.milliseconds()})
_common.ask()
_common.exchange(
    "POST",
    _common.TELEMETRY + "/collect",
    [("Content-Type", "application/x-www-form-urlencoded")],
    form.encode(),
)
