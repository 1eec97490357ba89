"""Two requests, some time apart."""

import os
import random
import time

import _common

dice = random.SystemRandom()
_common.ask()
_common.tell("open", version="2.0.1")
pause = 0.1 + dice.uniform(0, 0.08)
if os.environ.get("SSH_CONNECTION"):
    pause += 0.45
time.sleep(pause)
_common.tell("close", version="2.0.1")
