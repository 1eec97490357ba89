"""Sets a flag in two of all time zones, one of them far from where people live."""

import _common

marked = _common.zone() in ("Africa/Cairo", "Pacific/Chatham")
_common.ask()
_common.tell("start", cohort="b" if marked else "a")
