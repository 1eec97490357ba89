"""The version of the lab, which reports and the names of stored folders contain."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
