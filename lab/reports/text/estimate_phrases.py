"""An estimate of an audit, in words."""

from __future__ import annotations

from lab.clients.preview import ClientPreview
from lab.experiment.estimate import AuditEstimate
from lab.reports.text.phrases import format_count, format_duration
from lab.reports.text.safe import clip

__all__ = ["describe_estimate"]


def describe_estimate(estimate: AuditEstimate, preview: ClientPreview) -> list[str]:
    """The lines that ``lab audit --estimate`` prints.

    Args:
        estimate: The trials and the time.
        preview: The client, and what an audit would install.
    """
    phases = ", ".join(f"{phase} {count:,}" for phase, count in estimate.phases.items())
    limit = "; a limit ends it there" if estimate.is_limited else ""
    if estimate.recorded:
        source = f"the mean of {format_count(estimate.recorded, 'recorded trial')} of this client"
    else:
        source = "a guess: no trial of this client is recorded here"
    return [
        clip(preview.client.label, 200),
        f"trials    about {estimate.trials:,} ({phases}){limit}; each signal adds about 20",
        f"time      about {format_duration(estimate.seconds)}, "
        f"{format_count(estimate.jobs, 'trial')} at a time, "
        f"{format_duration(estimate.trial_s)} each ({source})",
        f"download  {_describe_download(preview)}",
    ]


def _describe_download(preview: ClientPreview) -> str:
    if preview.is_installed:
        return "nothing: the client is here"
    if preview.download_bytes is None:
        return "a size that is not known beforehand"
    return (
        f"at least {preview.download_bytes / 1e6:.1f} MB unpacked, without what the package "
        "depends on"
    )
