"""Reads all that an ordinary program can, by every way, and prints it as one JSON object."""

import json
import os

from files import files
from programs import node, said_by, shell
from say import content, readings, say
from system import calls, dates, hardware, locales, names, terminals


def as_given():
    """Python itself sets LC_CTYPE where no locale is chosen (PEP 538), which others inherit."""
    given = content("/proc/self/environ").split("\0")[:-1]
    names = {variable.partition("=")[0] for variable in given}
    for name in set(os.environ) - names:
        del os.environ[name]


def main():
    as_given()
    for variable, value in os.environ.items():
        say(f"env {variable}", value)
    files()
    started = node()
    for group in (dates, locales, names, hardware, terminals, calls):
        group()
    if started:
        said_by(started)
    shell()
    runs = os.path.expanduser("~/.probe-runs")
    with open(runs, "a+") as file:
        file.seek(0)
        say("runs before", str(len(file.readlines())))
        file.write("run\n")
    print(json.dumps(readings))


main()
