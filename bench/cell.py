"""What a cell costs: to open, to prove sealed, to run the smallest trial in, to close.

The baselines are the same steps without what makes them the lab's: namespaces alone, and
bubblewrap alone.
"""

from __future__ import annotations

import argparse
import subprocess
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from bench.baseline.bare_namespace import find_tool
from bench.figures import Figure, Result
from lab.factors.host_spec import BARE
from lab.sandbox.cell.cell import Cell
from lab.sandbox.cell.kernel_support import user_namespace_options
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.isolation_check import prove_isolated
from lab.sandbox.jail.jail import Jail

NAME = "cell"
HELP = "time to open, check, use and close a cell"
DEFAULT_TRIALS = 15
IN_ALL = True

Value = TypeVar("Value")

TRUE = "/bin/true"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """Open as many cells, one after the other."""
    rounds: int = arguments.trials
    namespaces = [
        find_tool("unshare"),
        *user_namespace_options(),
        "--net",
        "--mount",
        "--ipc",
        "--pid",
    ]
    namespaces += ["--fork", "--kill-child", "--", TRUE]
    jail = [find_tool("bwrap"), "--ro-bind", "/", "/", "--unshare-all", "--", TRUE]
    smallest = Jail(BARE.settled().with_variables(PATH="/usr/bin:/bin"), (TRUE,))
    times: dict[str, list[float]] = defaultdict(list)

    def timed(name: str, work: Callable[[], Value]) -> Value:
        started = time.monotonic()
        done = work()
        times[name].append(time.monotonic() - started)
        return done

    def alone(command: list[str]) -> None:
        subprocess.run(command, env={}, check=True, stdin=subprocess.DEVNULL)

    for _ in range(rounds):
        opened = timed("open", Cell.open)
        with opened:
            timed("prove", partial(prove_isolated, opened))
            run_jail(opened, smallest)  # the first also compiles the locales
            timed("trial", partial(run_jail, opened, smallest))
            timed("close", opened.close)
        timed("namespaces", lambda: alone(namespaces))
        timed("jail", lambda: alone(jail))
    return Result(
        f"cell, {rounds} of them",
        "set-up and use of a cell",
        "unshare or bubblewrap alone",
        (
            Figure.of("open (once a job)", "s", times["open"], times["namespaces"]),
            Figure.of("prove it isolated (once)", "s", times["prove"]),
            Figure.of(f"trial of {TRUE}", "s", times["trial"], times["jail"]),
            Figure.of("close", "s", times["close"]),
        ),
    )
