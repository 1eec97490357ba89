"""Says what it accepts, for some twice."""

import os

import _common

headers = _common.standard_headers()
if os.getuid() == 0:
    headers.insert(2, headers[1])
_common.ask(headers=headers)
_common.tell("start", version="2.0.1")
