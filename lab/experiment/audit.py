"""Entry point: run an audit and yield its events."""

from __future__ import annotations

from collections.abc import Generator

from lab.clients.profile import Client
from lab.experiment.audit_folder import choose_folder, identify_audit
from lab.experiment.engine import Engine
from lab.experiment.events import EngineEvent
from lab.experiment.options import AuditOptions
from lab.experiment.scope import Scope, build_scope
from lab.experiment.trials.measurements import TrialExecutor
from lab.sandbox.sandbox import Sandbox
from lab.store import SqliteStore

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
    folder = choose_folder(client, options, chosen)
    with SqliteStore(folder) as store:
        for key, value in identify_audit(client, options, chosen).items():
            store.bind_metadata(key, value)
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
