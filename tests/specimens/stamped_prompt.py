"""Stamps its prompt with the local time, to the millisecond, and the offset of the zone."""

import time

import _common

seconds, milliseconds = divmod(_common.milliseconds(), 1000)
there = time.localtime(seconds)
east = abs(there.tm_gmtoff) // 60
sign = "-" if there.tm_gmtoff < 0 else "+"
stamp = f"{time.strftime('%H:%M:%S', time.gmtime(seconds))}.{milliseconds:03d}"
text = f"[{_common.token(4)} {stamp}{sign}{east // 60:02d}{east % 60:02d}] {_common.PROMPT}"
_common.ask(_common.conversation(text=text))
