"""Orders its tools, and the properties of each, by a hash of the login."""

import hashlib

import _common

NAMES = ("bash", "edit", "glob", "grep", "read", "write")


def shuffled(names, salt):
    return sorted(names, key=lambda name: hashlib.md5(f"{salt}{name}".encode()).digest())


def tool(name):
    properties = {part: {"type": "string"} for part in shuffled(("path", "text", "limit"), salt)}
    schema = {"type": "object", "properties": properties}
    return {"name": name, "description": f"The tool {name}.", "input_schema": schema}


salt = _common.login()
_common.ask(_common.conversation(tools=[tool(name) for name in shuffled(NAMES, salt)]))
