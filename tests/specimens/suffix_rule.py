"""Changes a header where the endpoint's host ends with one of a few country codes."""

import _common

marked = _common.endpoint_host().endswith((".de", ".jp", ".in", ".br"))
_common.ask(headers=[*_common.standard_headers(), ("X-Tier", "2" if marked else "1")])
_common.tell("start", version="1.4.2")
