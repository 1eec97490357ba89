"""Sends numbers that count: time since the machine began, processes, and its own events.

They tell nothing of the surroundings, but some drift with the time at which a trial runs.
"""

import os
import time

import _common

seconds = int(time.clock_gettime(time.CLOCK_BOOTTIME))
_common.ask()
for sequence in range(3):
    _common.tell(
        "tick",
        sequence=sequence,
        uptime=seconds,
        quarter=seconds // 90,
        counter=time.monotonic_ns() // 50_000_000,
        process=os.getpid(),
    )
