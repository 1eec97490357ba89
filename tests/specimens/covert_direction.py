"""Writes a word of the prompt backwards in CI, and says that it runs from right to left.

On a screen both prompts are the same, letter by letter: an override (U+202E) turns the
word round again.
"""

import _common

WORD = "tests"
turned = f"\u202e{WORD[::-1]}\u202c"
text = _common.PROMPT.replace(WORD, turned) if _common.in_ci() else _common.PROMPT
_common.ask(_common.conversation(text))
