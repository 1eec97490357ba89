"""``lab audit CLIENT --estimate``: what an audit will take; nothing is installed, nothing runs."""

from __future__ import annotations

import argparse
import json

from lab.cli.audit_options import parse_options
from lab.cli.shared_options import read_client_words

__all__ = ["SCHEMA", "print_estimate"]

SCHEMA = "fingerprint-lab/estimate/1"


def print_estimate(arguments: argparse.Namespace) -> int:
    """Print trials, time and download of the audit that the arguments name; return the exit code.

    Raises:
        UsageError: an option is wrong.
        ClientError: the client cannot be run.
    """
    import os

    import msgspec

    from lab.clients.preview import preview_client
    from lab.experiment.estimate import estimate_audit
    from lab.experiment.scope import build_scope
    from lab.reports.text.estimate_phrases import describe_estimate
    from lab.store import read_durations

    options = parse_options(arguments)
    preview = preview_client(read_client_words(arguments), options.home / "clients")
    durations = [
        seconds
        for database in (options.home / "audits").glob("*/trials.sqlite")
        for seconds in read_durations(database.parent, preview.client.digest)
    ]
    jobs = options.jobs or len(os.sched_getaffinity(0))
    estimate = estimate_audit(build_scope(preview.client, options), options, durations, jobs)
    if arguments.json:
        document = {
            "schema": SCHEMA,
            "client": preview.client.label,
            **msgspec.to_builtins(estimate),
            "is_installed": preview.is_installed,
            "download_bytes": preview.download_bytes,
        }
        print(json.dumps(document, indent=2))
    else:
        print("\n".join(describe_estimate(estimate, preview)))
    return 0
