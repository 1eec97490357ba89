"""Goes where it is told, by endpoint and by proxy, and says the same everywhere."""

import _common

via = _common.proxy()
if via is not None and not via.startswith("http://"):
    via = None  # speaks to HTTP proxies only, as many clients do
_common.ask(via=via)
_common.tell("start", via=via, version="1.4.2")
