"""Sends 1 to 20 events in random order; each has an id, a time of its own and a random weight."""

import json
import random
import time

import _common

dice = random.SystemRandom()


def event():
    moment = time.gmtime(time.time() - dice.randrange(30))
    return {
        "id": _common.uuid(),
        "at": f"{time.strftime('%Y%m%dT%H%M%S', moment)}.{dice.randrange(1000):03d}Z",
        "weight": dice.randrange(1, 1000),
    }


events = [event() for _ in range(dice.randrange(1, 21))]
_common.exchange(
    "POST",
    _common.TELEMETRY + "/v1/batch",
    [("User-Agent", "specimen-agent/1.4.2"), ("Content-Type", "application/json")],
    json.dumps({"events": events}).encode(),
)
