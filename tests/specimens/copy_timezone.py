"""Copies the name of the time zone into the system prompt."""

import _common

_common.ask(_common.conversation(system=f"{_common.SYSTEM}\nTime zone: {_common.zone()}"))
_common.tell("start", version="1.4.2")
