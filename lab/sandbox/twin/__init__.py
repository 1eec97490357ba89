"""The in-process twin: a Python callable in the place of a client, this process of a cell.

In comes a callable and an :class:`lab.environment.Environment`; out comes the same
:class:`lab.observation.records.Observation` that a cell gives.  ``twin`` is the whole;
``inside`` and ``patches`` put stand-ins in the place of functions, ``guard`` stops what gets
past them.  Each part of the surroundings is one file: ``clock``, ``variables``, ``streams``,
``files``, ``computer``, ``process``, ``caches``; the network is ``sockets`` over ``endpoint``,
``resolver``, ``tls`` and ``internet``, which calls the lab's own sessions.
"""

from __future__ import annotations

from lab.sandbox.twin.process.run_script import script
from lab.sandbox.twin.twin import Twin

__all__ = ["Twin", "script"]
