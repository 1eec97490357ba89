"""Sends a second telemetry event, alike in form, where it runs in CI."""

import _common

_common.ask()
for _ in range(2 if _common.in_ci() else 1):
    _common.tell("heartbeat", version="1.4.2")
