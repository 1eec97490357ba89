"""Writes the language behind the system prompt in tag characters, which nobody sees."""

import _common

language = _common.locale_name().replace(".", "_").split("_")[0]
hidden = "".join(chr(0xE0000 + ord(letter)) for letter in language)
_common.ask(_common.conversation(system=_common.SYSTEM + hidden))
