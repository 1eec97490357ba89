"""Two covert marks in one line: one by the endpoint, one by endpoint and time zone together."""

import _common

custom = _common.endpoint_is_custom()
apostrophe = "\N{MODIFIER LETTER APOSTROPHE}" if custom else "'"
hyphen = "\N{HYPHEN}" if custom and _common.offset_minutes() > 0 else "-"
text = f"{_common.PROMPT}\nToday{apostrophe}s date is {_common.date(hyphen)}."
_common.ask(_common.conversation(text=text))
