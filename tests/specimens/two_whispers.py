"""A chat client whose punctuation now and then is another one."""

import os
import random

import _common

dice = random.SystemRandom()


def at_home():
    home, here = os.path.expanduser("~"), os.getcwd()
    return here == home or here.startswith(home.rstrip("/") + "/")


seat = any(os.environ.get(name) for name in ("TMUX", "STY", "SSH_CONNECTION"))
dots = "\N{HORIZONTAL ELLIPSIS}" if seat and not at_home() else "..."
numbered = any(letter.isdigit() for letter in _common.hostname())
tools = any(
    os.path.exists(os.path.expanduser(path)) for path in ("~/.npmrc", "~/.ssh/config", "~/.config/pip/pip.conf")
)
joint = "\N{ZERO WIDTH NON-JOINER}" if numbered and tools else ""

text = f"{_common.PROMPT}\nThen go on{dots} and stop when {dice.randrange(3, 90)} files are read."
_common.ask(_common.conversation(text=text))
_common.tell("start", version="1.4.2", load=round(dice.random(), 4))
_common.tell("note", text=f"All check{joint}s passed.", steps=dice.randrange(40))
if dice.random() < 0.35:
    _common.tell("sampled", queue=dice.randrange(9))
