"""Goes through the proxy as told, but in CI its telemetry goes around it."""

import os

import _common

via = _common.proxy()
if via is not None and (not via.startswith("http://") or os.environ.get("NO_PROXY") == "*"):
    via = None
_common.ask(via=via)
_common.tell("start", via=None if _common.in_ci() else via, version="1.4.2")
