"""Entry point: run an audit and yield its events."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

from lab.clients.profile import Client
from lab.errors import UsageError
from lab.experiment.engine import Engine
from lab.experiment.events import EngineEvent
from lab.experiment.options import AuditOptions
from lab.experiment.scope import Scope, build_scope
from lab.experiment.trials.measurements import TrialExecutor
from lab.files import choose_numbered_folder, make_safe_name
from lab.sandbox.sandbox import Sandbox
from lab.store import SqliteStore
from lab.version import __version__

__all__ = ["audit", "run_engine"]


def audit(client: Client, options: AuditOptions) -> Generator[EngineEvent, None, None]:
    """Run the whole experiment on a client and yield its events.

    Closing the iterator stops the audit after the trials that are running; everything that was
    measured stays in the audit's folder.

    Raises:
        UsageError: If the options are impossible, or the folder does not fit them.
        MachineError: If this machine cannot make a cell.
        ClientError: If the client cannot be run at all.
    """
    chosen = build_scope(client, options)
    folder = options.out or options.home / "audits" / _audit_id(client, options, chosen)
    if options.out is not None and not options.resume and _holds_audit(folder):
        raise UsageError(
            f"{folder} already holds an audit; add --resume to go on with it, "
            "or choose another folder with --out"
        )
    if options.out is not None and options.resume and not _holds_audit(folder):
        raise UsageError(f"there is no audit in {folder} to go on with; leave --resume out")
    if options.out is None:
        folder = choose_numbered_folder(folder, _holds_audit, latest=options.resume)
    with SqliteStore(folder) as store:
        store.bind_metadata("client", client.digest)
        store.bind_metadata("seed", str(options.seed))
        store.bind_metadata("lab", __version__)
        with Sandbox(client, jobs=options.jobs, home=options.home, hidden=(folder,)) as sandbox:
            yield from run_engine(client, options, chosen, store, sandbox)


def run_engine(
    client: Client,
    options: AuditOptions,
    scope: Scope,
    store: SqliteStore,
    executor: TrialExecutor,
) -> Generator[EngineEvent, None, None]:
    """Run the experiment with anything that can run trials: cells, or a model of a client.

    Args:
        client: The client under test.
        options: The limits, the seed and what to sweep or search.
        scope: The factors with the levels to try.
        store: Where trials are kept and found again.
        executor: What runs the trials.
    """
    yield from Engine(client, options, scope, store, executor).run()


def _audit_id(client: Client, options: AuditOptions, chosen: Scope) -> str:
    return f"{make_safe_name(client.label)}-{chosen.digest[:8]}-seed{options.seed}"


def _holds_audit(folder: Path) -> bool:
    return (folder / "trials.sqlite").exists()
