"""Sends how long a piece of work took, a grade for it, and a sign of life while it lasts.

How much that is depends on what else the machine does, not on the surroundings.
"""

import hashlib
import time

import _common

started = time.perf_counter()
data, beats = b"work", 0
for step in range(60_000):
    data = hashlib.sha256(data).digest()
    if time.perf_counter() - started > 0.04 * (beats + 1):
        beats += 1
took = time.perf_counter() - started
_common.ask()
_common.tell("work", took_ms=round(took * 1000), grade="slow" if took > 0.05 else "fast")
for _ in range(min(beats, 5)):
    _common.exchange("GET", f"{_common.TELEMETRY}/v1/alive?r={_common.token(4)}")
