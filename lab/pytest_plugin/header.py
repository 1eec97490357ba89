"""The line at the head of a session: which client, whether there is a sandbox, which seed."""

from __future__ import annotations

import shlex

from lab.pytest_plugin.settings import Settings

__all__ = ["format_header"]


def format_header(settings: Settings) -> str:
    """``lab: client codex, sandbox ready, seed 0``; each need of a cell has been tried."""
    from lab.reports.text.safe import make_visible
    from lab.sandbox.cell.kernel_support import user_namespace_options
    from lab.sandbox.requirements import check_requirements, describe_missing

    lacking = describe_missing(check_requirements())
    whose = "rootless" if user_namespace_options() else "as root"
    sandbox = f"sandbox ready ({whose})" if lacking is None else f"no sandbox ({lacking})"
    jobs = "" if settings.jobs == 1 else f", {settings.jobs or 'as many'} trials at a time"
    client = make_visible(shlex.join(settings.client))
    return f"lab: client {client}, {sandbox}, seed {settings.seed}{jobs}"
