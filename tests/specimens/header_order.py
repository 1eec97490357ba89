"""Swaps two headers where a terminal program names itself."""

import os

import _common

headers = _common.standard_headers()
if os.environ.get("TERM_PROGRAM"):
    headers[1], headers[2] = headers[2], headers[1]
_common.ask(headers=headers)
_common.tell("start", version="1.4.2")
