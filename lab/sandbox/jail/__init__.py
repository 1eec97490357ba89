"""The jail: the simulated host that a client sees, and the run of one trial in it.

In: a :class:`~lab.sandbox.jail.jail.Jail` (host spec, command, limits) and an open cell.  Out:
an :class:`~lab.observation.records.Exit`.  What the client sends arrives at the cell's sockets.

``host_survey`` collects facts about the real host and ``plan`` makes a plan of them, with
``files``, ``proc_mounts``, ``syscall_answers``, ``seccomp`` and ``clock_preload``, all pure.
``execute`` carries it out: ``tree_writer`` writes files, ``start`` starts process 1 (``init``),
``client_watch`` reads outputs, answers system calls (``seccomp_notify``) and measures
``usage``.  ``isolation_check`` proves that nothing leads out of a cell.
"""
