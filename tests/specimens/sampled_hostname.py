"""Copies the host name into an event that it sends in a third of the runs."""

import os

import _common

_common.ask()
_common.tell("start", version="1.4.2")
if os.urandom(1)[0] % 3 == 0:
    _common.tell("sampled", machine=_common.hostname())
