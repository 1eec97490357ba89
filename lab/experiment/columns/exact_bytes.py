"""Which bytes were sent where the contents are equal.

A part that is conditional gives two digests: of what its document says, and of the bytes.  Where
contents differ, the bytes differ with them and that is nothing new.  Where trials send equal
contents in different bytes (another compression, other white space), the bytes are compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

__all__ = ["compare_exact_bytes"]


def compare_exact_bytes(values: Sequence[tuple[str, ...]]) -> list[str | None]:
    """Return the bytes of each trial's contents that were also sent in other bytes.

    Args:
        values: Of each trial the pairs of digests, as ``contents bytes``.

    Returns:
        One text a trial; None where all its contents are always written alike.
    """
    written: dict[str, set[str]] = defaultdict(set)
    for value in values:
        for pair in value:
            contents, _, octets = pair.partition(" ")
            written[contents].add(octets)
    found: list[str | None] = []
    for value in values:
        pairs = (pair.partition(" ") for pair in value)
        own = sorted({octets for contents, _, octets in pairs if len(written[contents]) > 1})
        found.append("\n".join(own) or None)
    return found
