"""Sends HMAC-SHA-256 of the host name, keyed with the API key, which is a header elsewhere.

The value follows the host name alone, so any comparison of runs sees that it does; how it
came about can be told only by who tries what was sent as a key.
"""

import hashlib
import hmac

import _common

key = dict(_common.standard_headers())["X-Api-Key"]
device = hmac.new(key.encode(), _common.hostname().encode(), hashlib.sha256).hexdigest()
_common.ask()
_common.tell("start", device=device)
