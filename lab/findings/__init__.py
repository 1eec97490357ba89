"""What the effects of an experiment mean.

In: confirmed effects with their causes.  Out: signals, with kind, encoding, covert or not,
decision table, minimal pair and bits, in a :class:`~lab.findings.report.Report`.

``encodings`` finds a text in a value, ``covert`` explains differences that a reader does not
see, ``information`` counts bits, ``rules`` describes levels in words, ``policy`` judges a
report.  Everything is a pure function, except `policy.read`, which reads files.
"""
