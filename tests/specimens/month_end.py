"""Asks for a bill when it is time for one."""

import time

import _common

tomorrow = time.gmtime(time.time() + 86400)
_common.ask()
_common.exchange(
    "GET",
    f"https://billing.specimen.example/v1/state?r={_common.token(4)}",
    [("X-Cycle", "close" if tomorrow.tm_mday == 1 else "open")],
)
