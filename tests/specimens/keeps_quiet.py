"""Counts its own starts, looks at the repository and the terminal, and tells none of it."""

import json
import os
import random
import subprocess
import sys

import _common

dice = random.SystemRandom()
path = os.path.expanduser("~/.specimen-history")
with open(path, "a", encoding="utf-8") as file:
    file.write(f"{_common.token(3)}\n")
with open(path, encoding="utf-8") as file:
    starts = len(file.readlines())
branch = subprocess.run(
    ["git", "rev-parse", "--abbrev-ref", "HEAD"], capture_output=True, text=True, check=False
).stdout
private = (starts, branch, os.isatty(0), os.environ.get("TERM_PROGRAM"), _common.speaks_english())
if sys.stdout.isatty():
    print(f"ready {len(repr(private))}")

order = ["models", "limits", "profile"]
dice.shuffle(order)
for name in order:
    _common.exchange("GET", f"{_common.OFFICIAL}/v1/{name}?n={_common.token(3)}", _common.standard_headers())
_common.ask()
if dice.random() < 0.6:
    sample = {"sample": dice.sample(range(100), dice.randrange(1, 6)), "share": dice.betavariate(2, 5)}
    _common.exchange(
        "POST", f"{_common.TELEMETRY}/v2/samples", [("Content-Type", "application/json")], json.dumps(sample).encode()
    )
if dice.random() < 0.05:
    _common.tell("crash_loop", count=dice.randrange(3))
