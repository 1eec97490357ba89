"""Copies the remote of the working copy into a header, with everything %-escaped."""

import os
import re
from urllib.parse import quote

import _common


def remote():
    folder = os.getcwd()
    while not os.path.exists(os.path.join(folder, ".git", "config")):
        folder, below = os.path.dirname(folder), folder
        if folder == below:
            return "none"
    with open(os.path.join(folder, ".git", "config"), encoding="utf-8") as file:
        found = re.search(r"^\s*url = (.*)$", file.read(), re.MULTILINE)
    return found[1] if found else "none"


_common.ask()
_common.tell("start", headers=[("X-Context", f"repo={quote(remote(), safe='')};v=1")])
