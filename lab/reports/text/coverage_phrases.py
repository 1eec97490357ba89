"""What ran and what did not, in words: every sentence of a report about coverage is made here.

The numbers are those of :class:`~lab.findings.report.Coverage`, which counts trials that ran.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lab.findings.report import Coverage
from lab.reports.text.phrases import format_count, format_list, format_setting
from lab.reports.text.safe import clip

__all__ = ["describe_coverage", "format_levels", "list_missing"]

_NAMED = 3
"""Combinations that a line of text names."""
_CELLS = 60
"""The greatest width of one of them."""


def describe_coverage(coverage: Coverage) -> str:
    """``all 528 combinations of 2 levels ran``, or how many of how many."""
    noun = "level" if coverage.strength == 1 else "combination"
    of = f" of {coverage.strength} levels" if coverage.strength > 1 else ""
    total = format_count(coverage.admissible, noun)
    if coverage.is_complete:
        every = "all " if coverage.admissible > 1 else ""
        return f"{every}{total}{of} ran"
    return f"{coverage.run:,} of {total}{of} ran"


def list_missing(coverage: Coverage) -> Iterator[tuple[str, str]]:
    """What did not run, a few by name, and why; one entry for each reason."""
    for why, count in coverage.reasons.items():
        named = [format_levels(one.levels) for one in coverage.missing if one.why == why]
        shown = named[:_NAMED]
        more = [f"{count - len(shown):,} more"] if count > len(shown) else []
        noun = "level" if coverage.strength == 1 else "combination"
        words = " and ".join([format_list(shown, _NAMED), *more]) if shown else ""
        yield f"{format_count(count, noun)}{f' ({words})' if words else ''}", why


def format_levels(levels: Mapping[str, str]) -> str:
    """``proxy=unset with timezone=UTC``."""
    return clip(
        " with ".join(format_setting(name, levels[name]) for name in sorted(levels)), _CELLS
    )
