"""Copies the kind of terminal into the query of a ping."""

import os
from urllib.parse import urlencode

import _common

names = ("TERM", "TERM_PROGRAM", "COLORTERM")
query = urlencode({"id": _common.uuid(), **{n.lower(): os.environ.get(n, "") for n in names}})
_common.ask()
_common.exchange("GET", f"{_common.TELEMETRY}/v1/ping?{query}")
