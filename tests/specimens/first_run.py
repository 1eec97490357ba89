"""Announces itself the first time that it runs in a home, and never again."""

import os

import _common

path = os.path.expanduser("~/.config/specimen/announced")
fresh = not os.path.exists(path)
if fresh:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(_common.token())
_common.ask()
_common.tell("start", new=fresh)
