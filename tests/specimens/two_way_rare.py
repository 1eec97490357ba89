"""Sets a header for one language in one folder, which two of very many levels meet once."""

import os

import _common

marked = _common.locale_name().startswith("hi_") and os.getcwd() == "/app"
_common.ask(headers=[*_common.standard_headers(), ("X-Lane", "2" if marked else "1")])
_common.tell("start", version="1.4.2")
