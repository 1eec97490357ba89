"""Starts children until it may not (or a thousand), each of which sleeps."""

import os
import time

import _common

_common.only_in_a_jail()
_common.ask()
for _ in range(1000):
    if os.fork() == 0:
        time.sleep(600)
        os._exit(0)
time.sleep(600)
