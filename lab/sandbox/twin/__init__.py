"""The in-process twin: runs a Python callable where a cell runs a program.

It takes a callable and an :class:`lab.environment.Environment`, and returns the same
:class:`lab.observation.records.Observation` as a cell.  ``twin`` runs trials, ``trial`` one of
them.  ``patching`` replaces functions of the standard library for the client's threads; the
replacements are in ``process``, ``files`` and ``network``, each for one part of the simulated
host.  The network calls the protocol sessions that serve cells.
"""

from __future__ import annotations

from lab.sandbox.twin.process.run_script import script
from lab.sandbox.twin.twin import Twin

__all__ = ["Twin", "script"]
