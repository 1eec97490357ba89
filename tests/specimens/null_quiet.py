"""Reads nothing of its surroundings; sends ordinary ids and times."""

import _common

_common.ask()
_common.tell("start", version="1.4.2")
