"""Waits longer between two requests where it runs in CI; the requests are the same."""

import random
import time

import _common

_common.tell("start", version="1.4.2")
time.sleep((0.45 if _common.in_ci() else 0.15) + random.SystemRandom().uniform(0, 0.05))
_common.tell("ready", version="1.4.2")
