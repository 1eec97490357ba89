"""Writes eight letters of the prompt in Latin or Cyrillic, by a hash of the login."""

import hashlib

import _common

TWINS = {"a": "а", "c": "с", "e": "е", "o": "о", "p": "р"}

bits = hashlib.sha256(_common.login().encode()).digest()[0]
text, place = "", 0
for letter in _common.SYSTEM:
    if letter in TWINS and place < 8:
        letter = TWINS[letter] if bits >> place & 1 else letter
        place += 1
    text += letter
_common.ask(_common.conversation(system=text))
_common.tell("start", version="1.4.2")
