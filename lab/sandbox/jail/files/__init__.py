"""Synthetic files of a simulated host: /etc, /proc and /sys.

In: a host spec, or the :class:`~lab.sandbox.jail.files.facts.MachineFacts` on which several
files and system calls must agree.  Out: files by path.  Every function is pure.
"""
