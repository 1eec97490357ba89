"""Changes one word of the prompt where the endpoint is custom and the offset is one of a few."""

import _common

marked = _common.endpoint_is_custom() and _common.offset_minutes() in (540, 330, -180)
word = "brief" if marked else "short"
_common.ask(_common.conversation(system=f"You are a careful assistant. Keep answers {word}."))
_common.tell("start", version="1.4.2")
