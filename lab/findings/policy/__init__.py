"""What of a report an auditor accepts: rules from a TOML file, and a verdict for each signal.

In: a :class:`~lab.findings.report.Report`, a policy, a baseline (the report of an accepted
audit).  Out: a :class:`Judgement`::

    policy = read_policy(Path("policy.toml"))
    judgement = judge(report, policy, baseline=None)
    judgement.verdict     # "failed", "inconclusive", "not measured" or "passed"
    judgement.failures    # signals that are forbidden, or new since the baseline
    judgement.report      # the report with the documented signals' URLs

:func:`lab.reports.terminal.check.write` prints it, :mod:`lab.reports.formats.check_json`
makes it one JSON document.  Everything is pure but for `read`, which reads files.

Of an audit that varied a few factors only, ``failures`` says what is wrong with what was
found; its ``verdict`` is no pass where a rule forbids what was not tried.

How a signal is judged:

1. Rules are tried in the order of the file; the first that covers the signal decides.
2. Where none does: a signal of the baseline is accepted; a plain effect on where traffic goes
   is expected; any other is what ``default`` says, or new where there is a baseline.
3. A rule that forbids covers a signal if *one* of its locations is covered; a rule that permits
   only if *every* location is, and no covert signal unless it says ``covert = true``.  So a
   permitted signal cannot hide another one, and a forbidden one cannot hide in a group.
"""

from lab.findings.policy.evaluate import Gone, Judged, Judgement, Open, judge
from lab.findings.policy.loader import parse_policy
from lab.findings.policy.read import read_policy, read_report
from lab.findings.policy.rule import Policy, Rule

__all__ = [
    "Gone",
    "Judged",
    "Judgement",
    "Open",
    "Policy",
    "Rule",
    "judge",
    "parse_policy",
    "read_policy",
    "read_report",
]
