"""The lab inside a pytest session: what the fixtures and hooks of :mod:`lab.plugin` do.

In come the options of a session (``settings``) and questions of tests; out come reports of
audits (``audits``), what a client sends in one environment (``observing``, ``seen``), and at
the end one summary (``summary``) over all that was asked.  ``session`` is the one place that
knows what was opened.  The trials of a session are kept in one folder, where every question
and every process finds those that are there already (``shared``).

Nothing here decides what a finding is.  A test is skipped where something could not be
measured, and the reason names it; it is never passed for that.
"""
