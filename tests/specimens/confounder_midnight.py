"""Writes the local date into the prompt, as most clients do, and nothing else."""

import time

import _common

_common.ask(_common.conversation(text=f"{_common.PROMPT}\nToday's date: {time.strftime('%Y-%m-%d')}"))
