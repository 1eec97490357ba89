"""Names a cohort where it runs in CI, with a terminal, and has run in this home before."""

import os

import _common

path = os.path.expanduser("~/.specimen-seen")
returning = os.path.exists(path)
with open(path, "w", encoding="utf-8") as file:
    file.write("seen\n")
chosen = returning and os.isatty(1) and _common.in_ci()
_common.ask()
_common.tell("start", cohort="b" if chosen else "a")
