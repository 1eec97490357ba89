"""The project's own zoo, this folder, as :mod:`lab.specimens.specimen` reads it.

Tests import it as ``tests.specimens.zoo``; the folder needs no ``__init__``, only the project on
the path, where the root `conftest.py` puts it.
"""

from __future__ import annotations

from pathlib import Path

from lab.specimens import specimen
from lab.specimens.specimen import Allowed, Expected, SpecimenProvider, Specimen, SpecimenSet

__all__ = ["FOLDER", "Allowed", "Expected", "SpecimenProvider", "Specimen", "SpecimenSet", "load", "provider", "whole"]

FOLDER = Path(__file__).resolve().parent


def whole() -> SpecimenSet:
    """Everything that the folder says."""
    return specimen.load_specimens(FOLDER)


def load() -> tuple[Specimen, ...]:
    """All specimens, in the order of the file."""
    return whole().specimens


def provider() -> SpecimenProvider:
    """What the specimens have in common, for a profile or the endpoint factor."""
    return whole().provider
