"""Hides eight bits of a hash of the host name as zero-width spaces between words."""

import hashlib

import _common

bits = hashlib.sha256(_common.hostname().encode()).digest()[0]
words = _common.SYSTEM.split(" ")
marked = [
    word + ("\N{ZERO WIDTH SPACE}" if place < 8 and bits >> place & 1 else "")
    for place, word in enumerate(words)
]
_common.ask(_common.conversation(system=" ".join(marked)))
