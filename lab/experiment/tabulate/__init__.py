"""Confirmed effects to the report.

In: the analysis of a finished audit and its trials.  Out: the signals with their decision tables
and minimal pairs, everything that is inconclusive or not measured, and the report.  ``signals`` is
the entry point for effects on values, ``rate_signals`` for effects on distributions,
``conclusion`` for the verdict, and ``report_file`` for the files.
"""
