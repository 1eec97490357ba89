"""The specimens of this folder, as :mod:`lab.specimens.specimen` reads them.

Tests import this module as ``tests.specimens.specimen_set``; the folder needs no ``__init__``, only
the project on the path, where the root `conftest.py` puts it.
"""

from __future__ import annotations

from pathlib import Path

from lab.specimens.specimen import (
    Allowed,
    Expected,
    Specimen,
    SpecimenProvider,
    SpecimenSet,
    load_specimens,
)

__all__ = [
    "FOLDER",
    "Allowed",
    "Expected",
    "Specimen",
    "SpecimenProvider",
    "SpecimenSet",
    "load_all",
    "load_provider",
    "load_set",
]

FOLDER = Path(__file__).resolve().parent


def load_set() -> SpecimenSet:
    """Return everything that the folder declares."""
    return load_specimens(FOLDER)


def load_all() -> tuple[Specimen, ...]:
    """Return all specimens, in the order of the file."""
    return load_set().specimens


def load_provider() -> SpecimenProvider:
    """Return what the specimens have in common, for a profile or the endpoint factor."""
    return load_set().provider
