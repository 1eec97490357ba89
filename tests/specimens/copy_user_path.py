"""Copies the home folder, and the last part of the working directory, into the prompt."""

import os

import _common

lines = [
    _common.PROMPT,
    f"Home: {os.path.expanduser('~')}",
    f"Project: {os.path.basename(os.getcwd())}",
]
_common.ask(_common.conversation(text="\n".join(lines)))
_common.tell("start", version="1.4.2")
