"""Ends the lines of its prompt in one of two ways."""

import _common


def distribution():
    try:
        with open("/etc/os-release", encoding="utf-8") as file:
            for line in file:
                if line.startswith("ID="):
                    return line[3:].strip().strip('"')
    except OSError:
        pass
    return ""


end = "\r\n" if distribution() in ("fedora", "rhel", "rocky", "arch") else "\n"
_common.ask(_common.conversation(text=f"{_common.PROMPT}{end}Give one line for each."))
_common.tell("start", version="2.0.1")
