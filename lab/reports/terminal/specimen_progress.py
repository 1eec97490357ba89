"""What a person sees on stderr while the specimens are measured.

Each audit is followed while it runs: on a terminal a bar over all audits that names the
specimen, the phase and the trial, and is gone before the result's line is printed; elsewhere
a line when an audit begins and, where it takes long, one every few seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from lab.experiment.events import AuditStarted, EngineEvent, PhaseStarted, TrialFinished
from lab.reports.terminal.progress import Estimate
from lab.reports.text.phrases import format_count

__all__ = ["SpecimenProgress"]

INTERVAL = 10.0
"""Seconds between two plain lines."""


class SpecimenProgress:
    """Prints the progress of ``audits`` audits, one after another, on ``stream``.

    ``now`` returns seconds on a steady clock.  ``animated`` is by default whether the stream
    is a terminal.
    """

    def __init__(
        self,
        stream: IO[str],
        *,
        now: Callable[[], float],
        audits: int,
        animated: bool | None = None,
    ) -> None:
        self._console = Console(
            file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True
        )
        self._now = now
        self._audits = audits
        self._animated = self._console.is_terminal if animated is None else animated
        self._begun = 0

    @contextmanager
    def audit(self, name: str, seed: int) -> Iterator[Callable[[EngineEvent], None]]:
        """A handler of one audit's events; at the end nothing of it is left on a terminal."""
        self._begun += 1
        title = f"{name}, seed {seed}"
        if not self._animated:
            self._print_line(f"{title}: audit {self._begun} of {self._audits}")
            yield _PlainLines(title, self._print_line, self._now).handle
            return
        # Results are printed between two bars, to wherever stdout leads, so that neither
        # stream is to be taken over.
        bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[count]}", markup=False),
            console=self._console,
            transient=True,
            expand=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        with bar:
            task = bar.add_task(title, total=self._audits, completed=self._begun - 1, count="")
            yield _BarSegment(title, bar, task, self._begun - 1).handle

    def _print_line(self, words: str) -> None:
        self._console.print(Text(f"lab: {words}"))


class _AuditProgress:
    """The phase of one audit, and its trials."""

    def __init__(self) -> None:
        self.estimate = Estimate()
        self.phase = "prepare"
        self._planned = 0

    def update(self, event: EngineEvent, at: float) -> bool:
        """Note an event; whether it changes what is to be printed."""
        match event:
            case AuditStarted():
                self._planned = event.trials_planned
                self.estimate.expect(event.trials_planned, 0, 0)
            case PhaseStarted():
                self.phase = event.phase
                # Only calibration is planned before the plan of the whole is at hand.
                planned = self._planned if event.phase == "calibrate" else 0
                self.estimate.expect(
                    event.trials, event.known, event.trials_after, at_least=planned
                )
            case TrialFinished():
                self.estimate.record_trial(at, ran=not event.from_store)
            case _:
                return False
        return True

    @property
    def words(self) -> str:
        return f"{self.estimate.done:,} of about {format_count(self.estimate.total, 'trial')}"


class _PlainLines:
    """One audit in plain lines."""

    def __init__(
        self, title: str, print_line: Callable[[str], None], now: Callable[[], float]
    ) -> None:
        self._title = title
        self._print_line = print_line
        self._now = now
        self._counted = _AuditProgress()
        self._last_line_at = now()

    def handle(self, event: EngineEvent) -> None:
        at = self._now()
        if self._counted.update(event, at) and at - self._last_line_at >= INTERVAL:
            self._last_line_at = at
            self._print_line(f"{self._title}: {self._counted.phase}, {self._counted.words}")


class _BarSegment:
    """One audit as a part of the bar."""

    def __init__(self, title: str, bar: Bar, task: TaskID, before: int) -> None:
        self._title = title
        self._bar = bar
        self._task = task
        self._before = before
        self._counted = _AuditProgress()

    def handle(self, event: EngineEvent) -> None:
        if self._counted.update(event, 0.0):
            self._bar.update(
                self._task,
                description=f"{self._title}: {self._counted.phase}",
                completed=self._before + self._counted.estimate.share,
                count=self._counted.words,
            )
