"""Formats in which a report is written: one module each.

In: a :class:`~lab.findings.policy.Judgement`, which holds the report (without a policy or a
baseline it is ``judge(report)``).  Out: the bytes of one document.

To add a format, add a module with the attributes of
:class:`~lab.reports.formats.registry.Format`; the commands offer it by its ``NAME``, and the
conformance test (``tests/reports/formats/test_registry.py``) runs over it.
"""
