"""Reports: what people and programs read about an audit.

In: a :class:`lab.findings.report.Report`, or the engine's events while it works.  Out: text
at a terminal (`terminal`), or one document (`formats`, one module each).  Nothing here decides
anything, and text of a client reaches a terminal only through `text.safe`.
"""
