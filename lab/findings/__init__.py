"""What it means.

In: confirmed effects with their causes.  Out: signals, with kind, encoding, covert or not,
decision table, minimal pair and bits, in a :class:`~lab.findings.report.Report`.
Everything here is a pure function, but for reading what `policy.files` reads.
"""
