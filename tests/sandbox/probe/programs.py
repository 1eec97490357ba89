"""What other programs say: those of the shell's list, and node."""

import json
import os
import shutil
import subprocess

from say import say

HERE = os.path.dirname(os.path.abspath(__file__))


def shell():
    """Every command of the list, in one shell; a command that is not installed is left out."""
    with open(os.path.join(HERE, "commands.sh"), encoding="utf-8") as listed:
        commands = listed.read().splitlines()
    script = "".join(f"{{ {command}\n}} 2>&1; printf '\\0%s\\0' $?\n" for command in commands)
    said = subprocess.run(["sh", "-c", script.encode()], stdout=subprocess.PIPE).stdout.split(b"\0")
    for number, command in enumerate(commands):
        text, code = said[2 * number : 2 * number + 2]
        if code != b"127":
            say(f"shell {command}", text.decode("utf-8", "backslashreplace").rstrip("\n"))


def node():
    """node, started; nothing where there is none."""
    program = shutil.which("node")
    command = [program, os.path.join(HERE, "read.mjs")]
    return program and subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")


def said_by(started):
    said, _ = started.communicate()
    if started.returncode:
        say("node", f"error {started.returncode}")
        return
    for route, value in json.loads(said).items():
        say(f"node {route}", value)
