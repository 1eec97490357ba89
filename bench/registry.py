"""What a benchmark is, and how the ones in this folder are found."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import pkgutil
from collections.abc import Mapping
from typing import Protocol, cast

import bench
from bench.figures import Document, Result

__all__ = ["Benchmark", "find_benchmarks"]


class Benchmark(Protocol):
    """The interface of a benchmark: a module of this folder.

    A package is a benchmark where its module ``command`` has this interface.  The arguments have
    ``trials``, ``json`` and ``home`` beside what ``add_arguments`` declares.
    """

    NAME: str
    """The word that the user types."""
    HELP: str
    """What is measured, in one line without a full stop."""
    DEFAULT_TRIALS: int | None
    """``--trials``: rounds of each side, or audits; None for all that there are."""
    IN_ALL: bool
    """Whether ``python -m bench`` without a name runs it too."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare what the benchmark takes beside the options that all of them have."""

    def run(self, arguments: argparse.Namespace) -> Result | Document:
        """Measure.

        Raises:
            LabError: something is missing, or a side failed.
        """


def find_benchmarks() -> Mapping[str, Benchmark]:
    """Every benchmark by name, in alphabetical order."""
    found: dict[str, Benchmark] = {}
    for entry in pkgutil.iter_modules(bench.__path__):
        if entry.name.startswith("_"):
            continue
        name = f"{bench.__name__}.{entry.name}"
        if entry.ispkg:
            name += ".command"
            if importlib.util.find_spec(name) is None:
                continue
        module = importlib.import_module(name)
        if hasattr(module, "NAME"):
            benchmark = cast("Benchmark", module)
            found[benchmark.NAME] = benchmark
    return dict(sorted(found.items()))
