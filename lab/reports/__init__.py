"""How an audit reads: one file a report, and what they share.

In: a :class:`lab.findings.report.Report`, or the engine's events while it works.  Out: text
for people (`terminal`, `progress`) or for programs (`json`).  Nothing here decides
anything, and no client's byte reaches a terminal but through `text`.
"""
