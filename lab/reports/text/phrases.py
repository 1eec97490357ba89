"""The words that reports share: locations, times, counts and commands.

Everything returned is safe to print: text of a client or a level has gone through
:mod:`lab.reports.text.safe`.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence

from lab.findings.report import ClientFacts, Location, Report, Signal
from lab.reports.text.safe import clip, make_visible

__all__ = [
    "EMPTY_LEVEL",
    "EMPTY_TEXT",
    "NOTHING",
    "build_pair_commands",
    "build_run_command",
    "compute_detectable_share",
    "format_cause",
    "format_client",
    "format_client_argument",
    "format_count",
    "format_duration",
    "format_list",
    "format_location",
    "format_setting",
    "format_verdict",
    "quote_words",
]

EMPTY_LEVEL = "(empty)"
"""The name of the level that is the empty text."""
EMPTY_TEXT = "(empty text)"
"""Printed where one side sends an empty text."""
NOTHING = "(nothing)"
"""Printed where one side sends nothing at all."""

_SHELL_PLAIN = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\", "'": "\\'"}


def format_cause(signal: Signal) -> str:
    """``endpoint × timezone``."""
    return " × ".join(map(make_visible, signal.cause)) or "unknown cause"


def format_client(client: ClientFacts) -> str:
    """``name@version``, or the name of a client that has no version."""
    return clip(_name_client(client), 200)


def format_client_argument(client: ClientFacts, typed: Sequence[str] = ()) -> str:
    """How the user names this client on the command line, safe to paste into a shell.

    ``typed`` is what the user typed, where that is known: a path or ``--`` and a program.
    A name is pinned to the version that was measured.
    """
    if not typed:
        own = client.source.split(" ")[0] in {"program", "profile"}
        return "CLIENT" if own else _quote_word(_name_client(client))
    if len(typed) == 1 and not typed[0].endswith(".toml"):
        return _quote_word(_name_client(client))
    return quote_words(typed)


def quote_words(words: Sequence[str]) -> str:
    """Words as one would type them into a shell, however strange they are."""
    return " ".join(map(_quote_word, words))


def format_location(location: Location, cells: int = 1000) -> str:
    """``POST api.example.com/v1/messages body /messages/0/content/0``, at most ``cells`` wide."""
    where = (location.host or "") + (location.path or "")
    words = [location.method, where or None, location.part, location.pointer]
    if location.channel != "http":
        words.insert(0, location.channel)
    return clip(" ".join(word for word in words if word) or location.channel, cells)


def format_setting(factor: str, level: str, cells: int = 1000) -> str:
    """``timezone=Asia/Tokyo``; EMPTY_LEVEL for the empty level.

    Args:
        factor: The name of the factor.
        level: One of its levels.
        cells: The greatest width in cells.
    """
    return clip(f"{factor}={level or EMPTY_LEVEL}", cells)


def format_duration(seconds: float) -> str:
    """``8 s``, ``5 min 12 s``, ``2 h 5 min``; below ten seconds with one decimal."""
    if seconds < 9.95:
        return f"{max(seconds, 0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def format_count(number: int, noun: str, plural: str | None = None) -> str:
    """``1 trial``, ``12,000 trials``.

    Args:
        number: How many there are.
        noun: The word for one.
        plural: The word for several, where it is not the noun with an ``s``.
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def format_verdict(report: Report) -> str:
    """The result of an audit, in one sentence."""
    routes = sum(signal.kind == "route" and not signal.covert for signal in report.signals)
    signals = len(report.signals) - routes
    covert = sum(signal.covert for signal in report.signals)
    gaps = _describe_gaps(report)
    if signals:
        hidden = f", {covert} of them covert" if covert and signals > 1 else ""
        hidden = ", and it is covert" if covert and signals == 1 else hidden
        return f"{format_count(signals, 'signal')}{hidden}"
    if report.verdict == "inconclusive" and not report.inconclusive and gaps is not None:
        return f"inconclusive: no signal in the {gaps} that ran"
    if report.verdict == "inconclusive":
        return "inconclusive: nothing was confirmed, and nothing was ruled out"
    if report.verdict == "not measured":
        why = clip(report.unmeasured or "nothing could be tried, so nothing can be said", 400)
        return f"not measured: {why}"
    if routes:
        return "no signal beyond where the traffic goes"
    return "no signal in what was tried"


def _describe_gaps(report: Report) -> str | None:
    """``510 of 528 combinations of levels``, where not all of them ran."""
    coverage = report.coverage
    if coverage is None or coverage.is_complete:
        return None
    noun = "levels" if coverage.strength == 1 else "combinations of levels"
    return f"{coverage.run:,} of {coverage.admissible:,} {noun}"


def build_pair_commands(client: str, signal: Signal) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The two commands that reproduce the minimal pair, each as words to be joined by spaces.

    ``client`` is how the user names the client on the command line.
    """
    pair = signal.pair
    left, right = (
        {**pair.context, pair.factor: chosen} for chosen in (pair.left_level, pair.right_level)
    )
    return build_run_command(client, left), build_run_command(client, right)


def build_run_command(client: str, levels: Mapping[str, str]) -> tuple[str, ...]:
    """The command that runs a client once with these levels, as words to be joined by spaces."""
    settings = [f"--set {_quote_word(f'{name}={levels[name]}')}" for name in sorted(levels)]
    program = ""
    if client.startswith("-- "):
        # Everything after -- belongs to the program, so options come before it.
        client, program = "", client
    return tuple(word for word in ("lab run", client, *settings, program) if word)


def compute_detectable_share(report: Report) -> float | None:
    """The frequency from which on an effect was observed at least once with 95 % probability.

    An effect of frequency f occurs at least once in n trials of a level with probability
    1 - (1 - f)^n.  The result is the f for which that is 95 %, for the level with the fewest
    trials, assuming (as in a covering array) that levels are tried equally often.  None where
    nothing was tried.
    """
    tried = [len(factor.levels) + 1 for factor in report.factors if factor.measured]
    if not tried or not report.trials:
        return None
    each = max(report.trials // max(tried), 1)
    return 1 - math.pow(0.05, 1 / each)


def _name_client(client: ClientFacts) -> str:
    return f"{client.name}@{client.version}" if client.version else client.name


def _quote_word(text: str) -> str:
    """``text`` as one word of a shell, however strange: nothing unprintable comes out."""
    if make_visible(text) == text:
        return shlex.quote(text)
    escaped = (
        _SHELL_PLAIN.get(c) or (c if make_visible(c) == c else f"\\U{ord(c):08x}") for c in text
    )
    return f"$'{''.join(escaped)}'"


def format_list(words: Sequence[str], limit: int) -> str:
    """``a, b, c and 9 more``."""
    if len(words) <= limit + 1:
        return ", ".join(words)
    return f"{', '.join(words[:limit])} and {len(words) - limit} more"
