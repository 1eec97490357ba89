"""Greets the model with one letter outside ASCII, spelled in one of two ways."""

import json
import os

import _common

poor = os.environ.get("TERM", "dumb") == "dumb" or "NO_COLOR" in os.environ
document = _common.conversation(text="List the caf\N{LATIN SMALL LETTER E WITH ACUTE} orders, and stop.")
_common.ask(raw=json.dumps(document, ensure_ascii=poor).encode())
_common.tell("start", version="2.0.1", colours=16)
