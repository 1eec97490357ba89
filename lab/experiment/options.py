"""The options of an audit."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

__all__ = ["AuditOptions"]


class AuditOptions(msgspec.Struct, frozen=True):
    """The options of one audit, validated by :func:`lab.experiment.audit.audit`.

    Attributes:
        factors: The factors to vary; None for all that the client's profile supports.
        levels: Further levels of factors.
        max_trials: The limit on the number of trials.
        max_time: The limit on the duration, in seconds.
        seed: Decides everything that is random.
        alpha: The family-wise error rate of the reported signals.
        strength: The strength of the covering array, 1 to 3.
        jobs: How many trials run at a time; None for a number that suits the machine.
        sweep: Factors of which every level is tried.
        search: Factors of which levels are generated.
        search_trials: The limit on the number of trials of each search.
        words: Words from which searches also make levels.
        home: The folder of what audits share: installed clients, the CA, locales.
        out: This audit's own folder; ``home/audits/ID`` if None.
        resume: Whether to go on with the audit that is in the folder.
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
