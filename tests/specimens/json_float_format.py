"""Writes the temperature as 0.70 instead of 0.7 where the language is not English."""

import json

import _common

text = json.dumps(_common.conversation(temperature=0.7))
if not _common.speaks_english():
    text = text.replace('"temperature": 0.7', '"temperature": 0.70')
_common.ask(raw=text.encode())
