"""Ends a line of the prompt with a space where the language is not English."""

import _common

end = "" if _common.speaks_english() else " "
_common.ask(_common.conversation(system=f"{_common.SYSTEM}{end}\nNever guess."))
_common.tell("start", version="1.4.2")
