"""Changes the apostrophe of the date line where the endpoint is custom and the zone is one of a few."""

import _common

ZONES = {"Asia/Tokyo", "Asia/Seoul", "Asia/Kolkata", "Asia/Calcutta", "America/Sao_Paulo"}

marked = _common.endpoint_is_custom() and _common.zone() in ZONES
apostrophe = "\N{RIGHT SINGLE QUOTATION MARK}" if marked else "'"
text = f"{_common.PROMPT}\nToday{apostrophe}s date is {_common.date()}."
_common.ask(_common.conversation(text=text))
_common.tell("start", version="1.4.2")
