"""What a person sees on stderr while an audit runs.

A handler of the engine's events: on a terminal a bar with phase, trials and time left, and
above it one line for each signal, warning and finished phase; elsewhere (a log, a pipe)
plain lines, no more than one every few seconds.

One estimate runs through all phases: so many trials done of about so many.  What is done
never falls, and the bar never moves back; the estimate follows what the phases learn.  The
time left is the number of trials still to run times the mean interval at which the last
trials finished, so it follows both the number of jobs and a client that slows down.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from types import TracebackType
from typing import IO, Self

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn
from rich.progress import Progress as Bar
from rich.text import Text

from lab.experiment.events import (
    AuditFinished,
    AuditStarted,
    ComparisonStarted,
    EngineEvent,
    PhaseFinished,
    PhaseStarted,
    SignalConfirmed,
    TrialFinished,
    Warned,
)
from lab.reports.text.phrases import format_cause, format_client, format_count, format_location
from lab.reports.text.safe import clip

__all__ = ["Estimate", "Progress"]

INTERVAL = 5.0
"""Seconds between two plain lines."""
WINDOW = 30
"""Trials over which the speed is measured."""


class Estimate:
    """How many trials are done, of about how many, and how long the rest will take.

    ``done`` counts over all phases and never falls.  ``total`` is one estimate for the whole
    audit, which each phase refines; where it grows, ``share`` waits rather than falls.
    """

    def __init__(self) -> None:
        self.done = 0
        self.ran = 0
        self.total = 0
        self.share = 0.0
        self._to_run = 0
        self._finished: deque[float] = deque(maxlen=WINDOW)

    def expect(self, trials: int, known: int, later: int, *, at_least: int = 0) -> None:
        """Note that a phase begins.

        Args:
            trials: Trials of the phase.
            known: Of these, the trials that are stored already and need not run.
            later: Trials that follow after the phase.
            at_least: The expected number of trials in all, where that is known.
        """
        self.total = max(self.done + trials + later, at_least)
        self._to_run = max(self.total - self.done - known, 0)

    def record_trial(self, at: float, *, ran: bool) -> None:
        """A trial is done at this time; ``ran`` is false where it came from the store."""
        self.done += 1
        self.total = max(self.total, self.done)
        self.share = max(self.share, self.done / self.total)
        if ran:
            self.ran += 1
            self._to_run = max(self._to_run - 1, 0)
            self._finished.append(at)

    def seconds_left(self) -> float | None:
        """Seconds until all is done; None before two trials have run."""
        if len(self._finished) < 2:
            return None
        interval = (self._finished[-1] - self._finished[0]) / (len(self._finished) - 1)
        return self._to_run * interval


class Progress:
    """Prints events on ``stream``; use it as a context manager, so that the bar is removed.

    ``now`` returns seconds on a steady clock.  ``animated`` is by default whether the
    stream is a terminal.
    """

    def __init__(
        self, stream: IO[str], *, now: Callable[[], float], animated: bool | None = None
    ) -> None:
        self._console = Console(
            file=stream, markup=False, highlight=False, emoji=False, soft_wrap=True
        )
        self._now = now
        self._estimate = Estimate()
        self._phase = "prepare"
        self._expected = 0
        self._planned = 0
        self._last_line_at: float | None = None
        self._compared_at: float | None = None
        self._unfinished: Counter[str] = Counter()
        self._bar: Bar | None = None
        self._task: TaskID | None = None
        animated = self._console.is_terminal if animated is None else animated
        if animated:
            self._bar = Bar(
                SpinnerColumn(),
                TextColumn("{task.description}", markup=False),
                BarColumn(bar_width=None),
                TextColumn("{task.fields[count]}", markup=False),
                TextColumn("{task.fields[left]}", markup=False),
                console=self._console,
                transient=True,
                expand=True,
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    @property
    def ran(self) -> int:
        """Trials that ran so far, those from the store not among them."""
        return self._estimate.ran

    def handle(self, event: EngineEvent) -> None:
        """Print one event."""
        match event:
            case AuditStarted():
                self._start_audit(event)
            case PhaseStarted():
                self._phase = event.phase
                self._expected = event.trials
                # Only calibration is planned before the plan of the whole is at hand.
                planned = self._planned if event.phase == "calibrate" else 0
                self._estimate.expect(
                    event.trials, event.known, event.trials_after, at_least=planned
                )
                known = f", {event.known:,} already done" if event.known else ""
                if self._bar is None and event.trials:
                    to_run = format_count(event.trials - event.known, "trial")
                    self._print_line(f"{event.phase}: {to_run} to run{known}")
                self._show_advance()
            case TrialFinished():
                self._estimate.record_trial(self._now(), ran=not event.from_store)
                if event.verdict != "finished":
                    self._unfinished[event.verdict] += 1
                self._show_advance()
            case PhaseFinished():
                odd = "".join(f"; {count} {verdict}" for verdict, count in self._unfinished.items())
                self._unfinished.clear()
                if self._expected:
                    self._print_line(clip(f"{event.phase}: {event.summary}{odd}", 400))
            case ComparisonStarted(trials=trials):
                self._show_comparison(trials)
            case SignalConfirmed(signal=signal):
                found = "COVERT signal" if signal.covert else "signal"
                location = format_location(signal.location, 200)
                words = f"{found}: {format_cause(signal)}, {signal.kind}, {location}"
                self._print_line(words, "bold red" if signal.covert else "yellow")
            case Warned():
                self._print_line(f"warning: {clip(event.message, 1000)}", "yellow")
            case AuditFinished():
                trials, ran = event.report.trials, self._estimate.ran
                now = f", {ran:,} of them now" if ran < trials else ""
                self._print_line(f"done: {format_count(trials, 'trial')}{now}")

    def _start_audit(self, event: AuditStarted) -> None:
        measured = sum(factor.measured for factor in event.factors)
        self._planned = event.trials_planned
        self._estimate.expect(event.trials_planned, 0, 0)
        self._print_line(
            f"{format_client(event.client)}: "
            f"{format_count(measured, 'factor')}, "
            f"about {format_count(event.trials_planned, 'trial')}, "
            f"{format_count(event.jobs, 'job')}, seed {event.seed}, in {clip(event.folder, 400)}"
        )
        if self._bar is not None:
            self._task = self._bar.add_task(self._phase, total=1.0, left="", count="")

    def _show_comparison(self, trials: int) -> None:
        """Say that trials are compared, since nothing advances meanwhile."""
        words = f"comparing {format_count(trials, 'trial')}"
        if self._bar is None:
            now = self._now()
            if self._compared_at is None or now - self._compared_at >= INTERVAL:
                self._compared_at = now
                self._print_line(words)
        elif self._task is not None:
            self._bar.update(self._task, description=words, left="")

    def _show_advance(self) -> None:
        left = _format_time_left(self._estimate.seconds_left())
        if self._bar is not None:
            if self._task is not None:
                self._bar.update(
                    self._task,
                    description=self._phase,
                    completed=self._estimate.share,
                    count=self._format_count(),
                    left=left,
                )
            return
        now = self._now()
        if self._last_line_at is None:
            self._last_line_at = now
        if now - self._last_line_at >= INTERVAL:
            self._last_line_at = now
            words = f"{self._phase}: {self._format_count()}"
            self._print_line(f"{words}, {left}" if left else words)

    def _format_count(self) -> str:
        return f"{self._estimate.done:,} of about {format_count(self._estimate.total, 'trial')}"

    def _print_line(self, words: str, style: str = "") -> None:
        self._console.print(Text(words, style=style))


def _format_time_left(seconds: float | None) -> str:
    """Time left in words no more precise than the estimate is."""
    if seconds is None:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 55:
        return f"about {max(round(seconds, -1), 10):.0f} s left"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {minutes} min left"
    hours, minutes = divmod(minutes, 60)
    return f"about {hours} h {minutes} min left"
