"""Sets a flag in two of all time zones."""

import _common

marked = _common.zone() in ("Asia/Kolkata", "America/Sao_Paulo")
_common.ask()
_common.tell("start", cohort="b" if marked else "a")
