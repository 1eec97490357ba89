"""What the user asks of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

__all__ = ["AuditOptions"]


class AuditOptions(msgspec.Struct, frozen=True):
    """The options of one audit, validated by :func:`lab.experiment.audit.audit`.

    ``factors`` None means all that the client's profile supports.  ``levels`` adds levels
    to factors.  ``max_time`` is in seconds.  ``sweep`` names factors of which all levels are
    tried, ``search`` those of which levels are generated, with at most ``search_trials``
    trials each, from ``words`` too.  ``home`` holds what audits share (installed clients, the
    CA, locales); ``out`` is this audit's own folder, by default ``home/audits/ID``.
    """

    factors: tuple[str, ...] | None = None
    levels: Mapping[str, tuple[str, ...]] = {}
    max_trials: int | None = None
    max_time: float | None = None
    seed: int = 0
    alpha: float = 0.05
    strength: int = 2
    jobs: int | None = None
    sweep: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    search_trials: int = 100
    words: tuple[str, ...] = ()
    home: Path = Path(".lab")
    out: Path | None = None
    resume: bool = False
