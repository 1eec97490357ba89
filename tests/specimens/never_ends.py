"""Sends one request and then never ends, whatever it is asked."""

import signal
import time

import _common

for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
_common.ask()
while True:
    time.sleep(60)
