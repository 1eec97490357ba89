"""One trial in a cell: write the files, run the client, and report how it ended.

Process 1 of the jail reports the client's end over a status socket.  The socket closes when
process 1 and bubblewrap have ended, hence when the pid namespace has.  Then, and equally when
a limit is exceeded, the holder kills every process that is left in the cell and waits for all.

Where the host spec asks for earlier runs, the client runs that often before.  Each run has a
jail of its own, whose processes have all ended before the next run begins; the files stay.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing, suppress
from pathlib import Path

import msgspec

from lab.factors.host_spec import File
from lab.observation.records import Exit
from lab.sandbox.cell.cell import Cell
from lab.sandbox.cell.holder_client import HolderClient
from lab.sandbox.cell.tree_mounts import LAYER, TREE
from lab.sandbox.jail.client_watch import ClientWatch
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.locales import find_default_cache
from lab.sandbox.jail.memory_file import create_memory_file
from lab.sandbox.jail.plan import JailPlan, plan_jail
from lab.sandbox.jail.proc_mounts import STAGE
from lab.sandbox.jail.start import start_jail
from lab.sandbox.jail.tree_writer import overwrite_file, shift_timestamps, write_tree

__all__ = ["run_jail"]


def run_jail(
    cell: Cell,
    jail: Jail,
    locale_cache: Path | None = None,
    between: Callable[[Exit], None] | None = None,
) -> Exit:
    """Run one trial to its end.

    Blocks; a cell runs one trial at a time, from any thread.

    Args:
        cell: The cell in which it runs.
        jail: The trial's input.
        locale_cache: Folder for compiled locales, by default one in the user's cache.
        between: Called with the end of each earlier run, when no process of it is left and
            before the next run begins.

    Returns:
        The end of the last run.

    Raises:
        LabError: The jail itself could not be made, or the cell is closed.
        UsageError: A path, a file or a network of the host spec cannot exist in a jail.
        MachineError: This machine cannot simulate what the host spec asks for.
    """
    cache = locale_cache or find_default_cache()
    with cell.reserve(jail.spec) as holder:
        return _run_all(holder, cell.processes, jail, cache, between)


def _run_all(
    holder: HolderClient,
    processes: int,
    jail: Jail,
    cache: Path,
    between: Callable[[Exit], None] | None,
) -> Exit:
    plan = _plan(jail, cache)
    earlier: list[Exit] = []
    with ExitStack() as stack:
        _, [tree] = holder.request(f"tree {jail.limits.disk_bytes}")
        stack.callback(os.close, tree)
        if plan.layer:
            _write_layer(tree, plan, jail)
        folders = b"".join(os.fsencode(each) + b"\0" for each in plan.host_folders)
        holder.request("folders", [create_memory_file(stack, folders)])
        os.mkdir("root", 0o755, dir_fd=tree)
        root = os.open("root", os.O_RDONLY | os.O_DIRECTORY, dir_fd=tree)
        stack.callback(os.close, root)
        os.fchmod(root, 0o755)  # whatever the host's umask
        clock = jail.spec.clock
        write_tree(root, plan.tree, clock, jail.spec.user.uid)
        for _ in range(jail.spec.earlier_runs):
            began = time.time()
            earlier.append(_run_once(holder, processes, jail, plan, tree, first=not earlier))
            if clock is not None:
                shift_timestamps(root, began, time.time(), clock - began)
            if between is not None:
                between(earlier[-1])
            previous, plan = plan, _plan(jail, cache)
            # What the lab renews for every run: above all the files of the clock.
            for path, item in plan.tree.items():
                if isinstance(item, File) and item != previous.tree.get(path):
                    overwrite_file(root, path, item, clock)
        end = _run_once(holder, processes, jail, plan, tree, first=not earlier)
    return _add_earlier_runs(end, earlier)


def _write_layer(tree: int, plan: JailPlan, jail: Jail) -> None:
    """Write what the host's /usr is shown with; the layer must be complete before it is mounted."""
    os.mkdir(LAYER, 0o755, dir_fd=tree)
    layer = os.open(LAYER, os.O_RDONLY | os.O_DIRECTORY, dir_fd=tree)
    try:
        os.fchmod(layer, 0o755)
        write_tree(layer, plan.layer, jail.spec.clock, jail.spec.user.uid)
    finally:
        os.close(layer)


def _plan(jail: Jail, cache: Path) -> JailPlan:
    return plan_jail(jail, survey_host(jail, cache, time.time()), TREE)


def _run_once(
    holder: HolderClient, processes: int, jail: Jail, plan: JailPlan, tree: int, *, first: bool
) -> Exit:
    """Run the client, until it and all that it started have ended.

    The first run writes the files of /proc and /sys; later runs find them unchanged, as the
    machine was not restarted.
    """
    started = time.monotonic()
    status, outputs = start_jail(holder, jail, plan)
    watch = ClientWatch(
        status, outputs, processes, tree, jail.limits, started, plan.syscall_answers
    )
    with closing(watch):
        try:
            if first:
                _write_proc_files(tree, plan, jail.spec.clock)
            with suppress(BrokenPipeError):  # bubblewrap failed, and has printed why
                status.send(b"\n")
            watch.wait_until_over()
        finally:
            words, _ = holder.request("reap")
            watch.drain()
    return watch.build_exit(float(words[0]))


def _write_proc_files(tree: int, plan: JailPlan, modified: float | None) -> None:
    """Write the files of /proc and /sys, while bubblewrap works on another processor."""
    stage = os.open(f"root{STAGE}", os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=tree)
    try:
        items = {path[len(STAGE) :]: item for path, item in plan.staged_items.items()}
        write_tree(stage, items, modified)
    finally:
        os.close(stage)


def _add_earlier_runs(end: Exit, earlier: Sequence[Exit]) -> Exit:
    """Add to the end's detail which earlier runs failed.

    The simulated user is then not quite one who ran the client so many times.
    """
    details = [end.detail] if end.detail else []
    for number, run in enumerate(earlier, 1):
        result = run.verdict if run.verdict != "finished" else f"ended with code {run.code}"
        if run.verdict != "finished" or run.code != 0:
            reason = f" ({run.detail})" if run.detail else ""
            details.append(f"earlier run {number} of {len(earlier)}: {result}{reason}")
    return msgspec.structs.replace(end, detail="; ".join(details))
