"""A block of its prompt stands elsewhere outside of a repository; the host name is in the block."""

import os

import _common

BLOCK = (
    "Here is what is known about the machine on which you work, so that commands fit it: "
    f"it is called {_common.hostname()} and the shell is the one that users have by default."
)
RULES = "You never run a command that deletes files without asking the person who uses you first."
TASK = f"This is what the person wants to have done in this folder today: {_common.PROMPT}"

repository = os.path.isdir(".git")
system, words = [RULES], [TASK]
(system if repository else words).append(BLOCK)
_common.ask(
    _common.conversation(
        system=[{"type": "text", "text": text} for text in system],
        messages=[{"role": "user", "content": [{"type": "text", "text": text} for text in words]}],
    )
)
