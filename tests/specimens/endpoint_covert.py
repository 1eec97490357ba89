"""Changes the apostrophe of the date line by what kind of host the endpoint is."""

import _common

host = _common.endpoint_host()
suffix = host.rpartition(".")[2]
if not _common.endpoint_is_custom():
    apostrophe = "'"
elif len(suffix) == 2 and suffix.isalpha():
    apostrophe = "\N{RIGHT SINGLE QUOTATION MARK}"
elif suffix.isdigit() or ":" in host or "." not in host:
    apostrophe = "\N{PRIME}"
else:
    apostrophe = "\N{MODIFIER LETTER APOSTROPHE}"
text = f"{_common.PROMPT}\nToday{apostrophe}s date is {_common.date()}."
_common.ask(_common.conversation(text=text))
_common.tell("start", version="1.4.2")
