"""Trials through the lab, against the same client in a bare namespace.

CPU time has two parts: the process tree of the client (in the lab with the bubblewrap and the
process 1 that each trial needs), and the side that serves it: the lab's own process and the cell's
holder, or the plain server.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.baseline.bare_namespace import BareNamespace, BareTrial
from bench.figures import Figure, Result
from lab.clients.resolve import resolve
from lab.errors import LabError
from lab.factors.registry import control_environment, factors
from lab.observation.records import Request
from lab.sandbox.cell import holder
from lab.sandbox.sandbox import Sandbox

NAME = "overhead"
HELP = "wall and CPU time of trials, against the client without the lab"
DEFAULT_TRIALS = 15
IN_ALL = True

SPECIMEN = Path(__file__).resolve().parents[1] / "tests" / "specimens" / "null_quiet.py"
DEFAULT_CLIENT = ("--", "/usr/bin/python3", str(SPECIMEN))


class LabTrial(msgspec.Struct, frozen=True):
    """One trial through the lab, with the fields of a ``BareTrial``; times are seconds."""

    wall_s: float
    client_cpu_s: float
    lab_cpu_s: float
    requests: int
    code: int | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take one CLIENT."""
    parser.add_argument(
        "client",
        nargs="?",
        metavar="CLIENT",
        help="NAME, NAME@VERSION, ./profile.toml, or -- PROGRAM ARG… "
        "(default: a specimen that sends two requests)",
    )


def run(arguments: argparse.Namespace) -> Result:
    """Run the client ``trials`` times on each side, in turns, after one that does not count."""
    if arguments.program is not None:
        return measure_overhead(("--", *arguments.program), arguments.trials, arguments.home)
    words = (arguments.client,) if arguments.client is not None else DEFAULT_CLIENT
    return measure_overhead(words, arguments.trials, arguments.home)


def measure_overhead(words: Sequence[str], trials: int, home: Path) -> Result:
    """Measure a client.

    Args:
        words: the client, as on the lab's command line.
        trials: how many of each side count.
        home: the folder for clients and the certificate authority.

    Raises:
        LabError: the two sides end with different exit codes, or something is missing.
    """
    client = resolve(words, home / "clients")
    environment = control_environment(
        name for name in factors() if name not in client.profile.exclude
    )
    with Sandbox(client, jobs=1, home=home) as sandbox:
        jail = sandbox.build_jail(environment)
        with BareNamespace(sandbox, jail, home / "authority") as bare:
            holders = _find_descendants(os.getpid(), holder.START)
            if not holders:
                raise LabError(
                    "the cell's holder was not found, so its CPU time cannot be measured"
                )
            pairs = []
            for number in range(trials + 1):
                held = _read_cpu_s(holders)
                used, started = time.process_time(), time.monotonic()
                observation = sandbox.observe(environment)
                wall, used = time.monotonic() - started, time.process_time() - used
                end = observation.exit
                requests = sum(isinstance(event, Request) for event in observation.events)
                used += _read_cpu_s(holders) - held
                through = LabTrial(wall, end.cpu_s, used, requests, end.code)
                pairs.append((through, bare.run()))
                if number == 0:
                    _check_same_exit(*pairs.pop(), end.stderr or end.stdout)
    return Result(
        f"overhead of {client.label}, {trials} trials a side",
        "a trial in the lab",
        "the same client in a bare namespace with a plain server",
        _make_figures(pairs),
        _make_notes(pairs),
    )


def _check_same_exit(through: LabTrial, plain: BareTrial, said: bytes) -> None:
    if through.code != plain.code:
        raise LabError(
            "the client does not do the same on both sides, so no ratio would mean anything: "
            f"exit code {through.code} in the lab ({said[-300:]!r}), "
            f"{plain.code} without ({plain.output_tail[-300:]!r})"
        )


def _make_figures(pairs: Sequence[tuple[LabTrial, BareTrial]]) -> tuple[Figure, ...]:
    ours, theirs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return (
        Figure.of("wall time", "s", [t.wall_s for t in ours], [t.wall_s for t in theirs]),
        Figure.of(
            "CPU of the client's tree",
            "s",
            [t.client_cpu_s for t in ours],
            [t.client_cpu_s for t in theirs],
        ),
        Figure.of(
            "CPU of lab or plain server",
            "s",
            [t.lab_cpu_s for t in ours],
            [t.server_cpu_s for t in theirs],
        ),
        Figure.of(
            "CPU, both together",
            "s",
            [t.client_cpu_s + t.lab_cpu_s for t in ours],
            [t.client_cpu_s + t.server_cpu_s for t in theirs],
        ),
        Figure.of(
            "HTTP requests", "count", [t.requests for t in ours], [t.requests for t in theirs]
        ),
    )


def _make_notes(pairs: Sequence[tuple[LabTrial, BareTrial]]) -> tuple[str, ...]:
    codes = [Counter(str(pair[side].code) for pair in pairs) for side in (0, 1)]
    ours, theirs = (
        ", ".join(f"{code} ({count} times)" for code, count in each.items()) for each in codes
    )
    notes = [f"exit codes: {ours} with, {theirs} without"]
    if sorted(p[0].requests for p in pairs) != sorted(p[1].requests for p in pairs):
        notes.append("the client did not send equally many requests on both sides")
    return tuple(notes)


def _find_descendants(root: int, script: str) -> list[int]:
    """The processes below ``root`` whose interpreter was given this script."""
    found, waiting = [], [root]
    while waiting:
        for task in Path(f"/proc/{waiting.pop()}/task").glob("*/children"):
            for child in map(int, task.read_text().split()):
                waiting.append(child)
                words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
                if script.encode() in words[:5]:
                    found.append(child)
    return found


def _read_cpu_s(processes: Sequence[int]) -> float:
    """Seconds that these processes (of one thread each) have run."""
    # In nanoseconds; /proc/PID/stat counts in hundredths of a second, and a trial takes less.
    texts = (Path(f"/proc/{process}/schedstat").read_text() for process in processes)
    return sum(int(text.split()[0]) for text in texts) / 1e9
