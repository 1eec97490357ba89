"""Where a client runs: sealed from the network, jailed on the machine, watched, ended.

In comes a :class:`lab.sandbox.jail.plan.Jail` (surroundings, command, limits); out comes an
:class:`lab.observation.records.Exit`.  What the client sent meanwhile arrives at the
sockets of its :class:`lab.sandbox.cell.cell.Cell`, which :mod:`lab.internet` serves.
``jail``, ``etc``, ``network`` and ``clock`` decide and are pure; ``cell``, ``trial``, and in
the cell ``holder`` and ``wires`` do.
``machine`` knows what the host must have.  ``twin`` observes a Python callable in the lab's
own process instead.
"""
