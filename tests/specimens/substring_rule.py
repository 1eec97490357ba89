"""Changes a header where the host name has one of two words anywhere in it."""

import _common

name = _common.hostname().lower()
marked = "book" in name or "ild0" in name
_common.ask(headers=[*_common.standard_headers(), ("X-Tier", "2" if marked else "1")])
