"""Trials a second of the in-process twin, and what they are spent on.

The client is a Python program that reads its environment and sends one request.  The
baseline is the same program in a cell, where each trial starts an interpreter.  The wall times
of a busy machine say little about one core, so the CPU of a trial is measured too.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.figures import Figure, Result
from lab.clients.profile import Client, Profile
from lab.environment import Environment
from lab.errors import LabError
from lab.factors.registry import control_environment, factors, get_factor
from lab.observation.records import Observation
from lab.sandbox.sandbox import Sandbox
from lab.sandbox.twin import Twin
from lab.sandbox.twin.process.run_script import script

NAME = "twin"
HELP = "trials a second of the in-process twin, and CPU time of each"
DEFAULT_TRIALS = 8
IN_ALL = True

TRIALS = 100
"""Of a twin, in one round."""
CELL_TRIALS = 5

PROBE = """
import http.client, json, os, pwd, socket, time

report = {{
    "host": socket.gethostname(),
    "login": pwd.getpwuid(os.getuid()).pw_name,
    "folder": os.getcwd(),
    "zone": [time.tzname[0], time.localtime().tm_gmtoff],
    "language": os.environ.get("LANG"),
    "files": sorted(os.listdir(os.path.expanduser("~"))),
}}
with open("/etc/os-release") as release:
    report["system"] = release.readline()
line = http.client.{kind}("telemetry.example.com", timeout=10)
line.request("POST", "/v1/event", json.dumps(report), {{"Content-Type": "application/json"}})
assert line.getresponse().read() is not None
line.close()
"""

Observe = Callable[[Environment], Observation]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """Measure both sides in turns."""
    rounds: int = arguments.trials
    home: Path = arguments.home
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for scheme in ("HTTP", "HTTPS"):
            program = Path(folder, f"{scheme}.py")
            program.write_text(PROBE.format(kind=f"{scheme}Connection"))
            figures += _measure_program(f"one {scheme} request", program, rounds, home)
        figures += _measure_empty_trials(rounds, home)
    return Result(
        f"twin, {rounds} rounds of {TRIALS} trials",
        "the in-process twin, one core",
        "the same program in a cell",
        tuple(figures),
    )


def _measure_program(name: str, program: Path, rounds: int, home: Path) -> list[Figure]:
    prefix = os.path.realpath(sys.base_prefix)
    client = Client(
        profile=Profile("probe", ("probe",)),
        version="1",
        digest="0" * 64,
        source="the bench",
        program=(os.path.realpath(sys.executable), str(program)),
        readable=(str(program.parent), *(() if prefix == "/usr" else (prefix,))),
    )
    ours, theirs = [], []
    with (
        Sandbox(client, jobs=1, home=home) as cells,
        Twin.for_client(client, script(program), home=home) as inside,
    ):
        for side in (inside.observe, cells.observe):
            _measure(side, _make_environments()[:3])  # what is done once is done
        for number in range(rounds):
            environments = _make_environments(number + 1)
            ours.append(_measure(inside.observe, environments))
            theirs.append(_measure(cells.observe, environments[:CELL_TRIALS]))
    rates = [rate for rate, _ in ours], [rate for rate, _ in theirs]
    return [
        Figure.of(f"trials a second, {name}", "1/s", *rates),
        Figure.of("  CPU of each", "s", [cpu for _, cpu in ours]),
    ]


def _measure_empty_trials(rounds: int, home: Path) -> list[Figure]:
    """What a trial costs before the client does anything: in one environment, and in others."""
    control_only = [control_environment(factors())] * TRIALS
    with Twin(lambda: None, home=home) as inside:
        inside.observe(control_only[0])
        again = [_measure(inside.observe, control_only)[1] for _ in range(rounds)]
        others = [_measure(inside.observe, _make_environments(seed))[1] for seed in range(rounds)]
    return [
        Figure.of("CPU of an empty trial, again", "s", again),
        Figure.of("CPU of an empty trial, anew", "s", others),
    ]


def _make_environments(seed: int = 0) -> list[Environment]:
    """As many, no two alike."""
    bare = control_environment(factors())
    found = []
    for number in range(TRIALS):
        changed = {"hostname": f"host-{seed}-{number}"}
        for place, name in enumerate(("user", "timezone", "git", "clock", "terminal")):
            levels = get_factor(name).levels
            changed[name] = levels[(number + place) % len(levels)]
        found.append(bare.but(changed))
    return found


def _measure(observe: Observe, environments: Sequence[Environment]) -> tuple[float, float]:
    """Trials a second, and CPU seconds of this process for each."""
    used, started = time.process_time(), time.monotonic()
    for environment in environments:
        seen = observe(environment)
        if seen.exit.code != 0:
            raise LabError(f"the probe failed: {(seen.exit.stderr or seen.exit.stdout)[-300:]!r}")
    taken, used = time.monotonic() - started, time.process_time() - used
    return len(environments) / taken, used / len(environments)
