"""Copies the host name into telemetry, and sends that even to those who opted out."""

import _common

_common.ask()
_common.tell("start", machine=_common.hostname())
