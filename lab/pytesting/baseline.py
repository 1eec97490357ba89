"""Signals that a user has seen and accepted: those of an earlier report.

They are known by their ids, which follow from cause and place and not from values, so that
they are the same in every run, with every seed, and in every version of a client.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from lab.errors import UsageError

__all__ = ["accepted"]


@lru_cache(maxsize=8)
def accepted(file: Path) -> frozenset[str]:
    """The ids in a report of an audit or of a session; UsageError for anything else."""
    try:
        document: Any = json.loads(file.read_bytes())
        return frozenset(str(signal["id"]) for signal in document["signals"])
    except OSError as error:
        raise UsageError(f"--lab-baseline {file}: {error.strerror}") from error
    except (ValueError, TypeError, KeyError) as error:
        raise UsageError(
            f"--lab-baseline {file} is no report; name the report.json of an audit or a session"
        ) from error
