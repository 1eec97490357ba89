"""Sends HMAC-SHA-256 of the host name, keyed with the random session id that is sent too.

The value differs in every run: no comparison of runs can see it, only a search for what
the host name could have become.
"""

import hashlib
import hmac

import _common

device = hmac.new(_common.SESSION.encode(), _common.hostname().encode(), hashlib.sha256).hexdigest()
_common.ask()
_common.tell("start", device=device)
