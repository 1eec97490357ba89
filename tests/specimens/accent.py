"""Speaks of a cafe with its accent."""

import os
import unicodedata

import _common

TRACES = ("~/.codex", "~/.claude/projects", "~/.gemini", "~/.cursor", "~/.aider.chat.history.md")
others = any(os.path.exists(os.path.expanduser(path)) for path in TRACES)
word = unicodedata.normalize("NFD" if others else "NFC", "caf\u00e9")
_common.ask(_common.conversation(system=f"{_common.SYSTEM}\nThe test data are about a {word} in Lyon."))
_common.tell("start", version="2.0.1")
