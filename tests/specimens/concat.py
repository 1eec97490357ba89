"""Sends SHA-256 of time zone and host name together: each alone changes it."""

import hashlib

import _common

joined = f"{_common.zone()}|{_common.hostname()}"
_common.ask()
_common.tell("start", device=hashlib.sha256(joined.encode()).hexdigest())
