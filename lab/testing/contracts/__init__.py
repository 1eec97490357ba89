"""Contracts: what a vendor says a probe may do, and the lab's attempts to break it.

In comes a client or callable, a function that says whether it fired, and statements about
machines; out comes a :class:`~lab.testing.contracts.verdict.Verdict`.  ``contract`` is the
face.  Each statement is a ``claim``; an ``inquiry`` searches for what breaks it (``edges`` of
the statement, found by asking it; ``near`` levels; ``breaking``, with Hypothesis) and estimates
how often it is broken (``population``, ``rates``, ``intervals``).  ``field`` is what can be
varied, ``lookout`` the client, trial by trial; ``secrecy`` and ``hosts`` are the two claims
that are not about firing.
"""
