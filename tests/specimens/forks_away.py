"""Ends at once, but leaves a process of its own session behind that goes on sending."""

import os
import signal
import time

import _common

_common.only_in_a_jail()
_common.ask()
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        silence = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(silence, descriptor)
        for _ in range(600):
            try:
                _common.tell("still_here")
            except OSError:
                pass  # the network may go before the process does
            time.sleep(1)
    os._exit(0)
