"""What a person reads at a terminal: reports, one trial, checks, and progress.

In: records of findings, or the events of an audit while it runs.  Out: lines on a console.  One
module for each report (``audit``, ``check``, ``observation``, ``specimens``), for the parts of a
report (``signal``, ``decision_table``, ``sweep``, ``no_signal``) and for progress.
"""
