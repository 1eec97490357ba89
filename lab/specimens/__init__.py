"""Specimens: small clients with planted signals, and the score of a report against that truth.

In: a folder with programs and their ``truth.toml``, and reports of audits of them.  Out: clients
to audit, and the right, missed and false signals of each report.
"""
