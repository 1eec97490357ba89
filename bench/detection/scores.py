"""What each method found, counted, and the table that says so.

A planted signal belongs to *single factors* or to *interactions* by its own cause, a reported
one by the cause that was reported: an interaction that is blamed on one of its factors is a
missed interaction, and a false single factor.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import mean, median

import msgspec

from bench.intervals import wilson
from lab.findings.report import Signal
from lab.specimens.score import Evaluation
from lab.specimens.specimen import Specimen

__all__ = ["LAB", "Outcome", "Tally", "count_signals", "render_table", "summarise"]

LAB = "the lab"
_WIDTHS = (30, 23, 23, 8, 8, 8, 8)


class Tally(msgspec.Struct, frozen=True):
    """Counts of signals; planted, right and misattributed are planted ones."""

    planted: int = 0
    right: int = 0
    misattributed: int = 0
    reported: int = 0
    """Signals that were reported and are right."""
    false: int = 0

    def __add__(self, other: Tally) -> Tally:
        mine, theirs = msgspec.structs.astuple(self), msgspec.structs.astuple(other)
        return Tally(*(a + b for a, b in zip(mine, theirs, strict=True)))


class Outcome(msgspec.Struct, frozen=True):
    """One method on one specimen with one seed.

    ``seconds`` are what its trials take, whoever ran them, divided by the number of jobs, and
    its own reasoning.  ``equal_at`` is the number of trials with which it found as much as the
    lab; None where it never did with up to ``tried_to``, or where that was not asked.
    """

    specimen: str
    seed: int
    method: str
    trials: int
    seconds: float
    single: Tally
    interactions: Tally
    mistaken: int
    """Planted signals that were found but wrongly reported as covert or as plain."""
    missed: tuple[str, ...]
    false: tuple[str, ...]
    equal_at: int | None = None
    tried_to: int | None = None
    unreachable: bool = False
    """Whether no number of trials would do, because it never names more than one factor."""

    @property
    def whole(self) -> Tally:
        """Signals of any cause."""
        return self.single + self.interactions


def count_signals(
    specimen: Specimen, judgement: Evaluation, signals: Sequence[Signal]
) -> tuple[Tally, Tally]:
    """The counts for causes of one factor, and of several."""
    planted = {(one.cause, one.channel, one.host) for one in specimen.expected}
    right = [
        signal
        for signal in signals
        if (signal.cause, signal.location.channel, signal.location.host) in planted
    ]
    single, interactions = (
        Tally(
            planted=sum((len(one.cause) > 1) == several for one in every),
            right=sum((len(one.cause) > 1) == several for one in judgement.right),
            misattributed=sum((len(one.cause) > 1) == several for one in judgement.misattributed),
            reported=sum((len(one.cause) > 1) == several for one in right),
            false=sum((len(one.cause) > 1) == several for one in judgement.false),
        )
        for several in (False, True)
        for every in [(*judgement.right, *judgement.missed)]
    )
    return single, interactions


class SummaryLine(msgspec.Struct, frozen=True):
    """One method over all outcomes; an interval is None where there is nothing to divide."""

    method: str
    split: str
    tally: Tally
    recall: float | None
    recall_95: tuple[float, float] | None
    precision: float | None
    precision_95: tuple[float, float] | None
    exact: float | None
    seen: float | None
    """The share of planted signals at whose location at least a part of the cause was reported."""
    trials: float
    seconds: float


def summarise(outcomes: Sequence[Outcome]) -> list[SummaryLine]:
    """The sums: of all signals, of single factors and of interactions, each by method."""
    lines = []
    methods = tuple(dict.fromkeys(outcome.method for outcome in outcomes))
    for split in ("all", "single factors", "interactions"):
        for method in methods:
            mine = [outcome for outcome in outcomes if outcome.method == method]
            tally = sum((_select_tally(outcome, split) for outcome in mine), Tally())
            lines.append(
                SummaryLine(
                    method,
                    split,
                    tally,
                    *_proportion(tally.right, tally.planted),
                    *_proportion(tally.reported, tally.reported + tally.false),
                    _proportion(tally.right, tally.right + tally.misattributed)[0],
                    _proportion(tally.right + tally.misattributed, tally.planted)[0],
                    round(mean(outcome.trials for outcome in mine), 1),
                    round(mean(outcome.seconds for outcome in mine), 2),
                )
            )
    return lines


def _select_tally(outcome: Outcome, split: str) -> Tally:
    if split == "all":
        return outcome.whole
    return outcome.single if split == "single factors" else outcome.interactions


def _proportion(hits: int, cases: int) -> tuple[float | None, tuple[float, float] | None]:
    if not cases:
        return None, None
    low, high = wilson(hits, cases)
    return round(hits / cases, 4), (round(low, 4), round(high, 4))


def render_table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """The summary for people, line by line."""
    split = ""
    for line in summarise(outcomes):
        if line.split != split:
            split = line.split
            yield "" if split != "all" else _render_head(outcomes)
            yield _render_row(
                f"{split} ({line.tally.planted} planted)",
                "recall (95 %)", "precision (95 %)", "exact", "seen", "trials", "seconds",
            )  # fmt: skip
        whole = split == "all"
        yield _render_row(
            f"  {line.method}",
            _format_interval(line.recall, line.recall_95),
            _format_interval(line.precision, line.precision_95),
            "–" if line.exact is None else f"{line.exact:.3f}",
            "–" if line.seen is None else f"{line.seen:.3f}",
            f"{line.trials:.0f}" if whole else "",
            f"{line.seconds:.1f}" if whole else "",
        )
    yield from _render_equal_budgets(outcomes)


def _render_head(outcomes: Sequence[Outcome]) -> str:
    audits = len({(outcome.specimen, outcome.seed) for outcome in outcomes})
    specimens = len({outcome.specimen for outcome in outcomes})
    return f"{specimens} specimens, {audits} audits of each method, as many trials as the lab used"


def _render_equal_budgets(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """With how many trials each method found as much as the lab."""
    asked = [outcome for outcome in outcomes if outcome.tried_to is not None]
    if not asked:
        return
    lab = {(one.specimen, one.seed): one.trials for one in outcomes if one.method == LAB}
    yield ""
    yield "until as much is found as the lab found (where it found anything)"
    for method in dict.fromkeys(outcome.method for outcome in asked):
        mine = [outcome for outcome in asked if outcome.method == method]
        ratios = [
            one.equal_at / lab[one.specimen, one.seed] for one in mine if one.equal_at is not None
        ]
        never = sum(one.unreachable for one in mine)
        how = f", with {median(ratios):.2f} times the lab's trials (median)" if ratios else ""
        why = f"; in {never} it cannot, because it names single factors only" if never else ""
        yield f"  {method}: in {len(ratios)} of {len(mine)}{how}{why}"


def _format_interval(share: float | None, interval: tuple[float, float] | None) -> str:
    if share is None or interval is None:
        return "–"
    return f"{share:.3f} ({interval[0]:.3f}–{interval[1]:.3f})"


def _render_row(*words: str) -> str:
    return "".join(word.ljust(width) for word, width in zip(words, _WIDTHS, strict=True)).rstrip()
