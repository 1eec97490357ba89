"""Copies the host name into a header of its telemetry."""

import _common

_common.ask()
_common.tell("start", headers=[("X-Client-Host", _common.hostname())])
