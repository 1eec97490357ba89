"""Copies the host name into telemetry, and sends none to those who opted out."""

import _common

_common.ask()
if not _common.opted_out():
    _common.tell("start", machine=_common.hostname())
