"""What of a report an auditor accepts: rules from a TOML file, and a verdict for each signal.

In: a :class:`~lab.findings.report.Report`, a policy, a baseline (the report of an accepted
audit).  Out: a :class:`Judgement`::

    policy = read_policy(Path("policy.toml"))
    judgement = judge(report, policy, baseline=None)
    judgement.verdict     # "failed", "inconclusive", "not measured" or "passed"
    judgement.failures    # signals that are forbidden, or new since the baseline
    judgement.report      # the report with the documented signals' URLs

:func:`lab.reports.terminal.check.write` prints it, :func:`lab.reports.formats.check_json.encode`
makes it one JSON document.  All is pure but for `files`, which reads.

Of an audit that varied a few factors only, ``failures`` says what is wrong with what was
found; its ``verdict`` is no pass where a rule forbids what was not tried.

How a signal is judged:

1. Rules are asked in the order of the file; the first that covers the signal decides.
2. Where none does: what the baseline has is accepted; a plain effect on where traffic goes
   is expected; all else is what ``default`` says, or new where there is a baseline.
3. A rule that forbids covers a signal if *one* of its places is covered; a rule that permits
   only if *every* place is, and nothing covert unless it says ``covert = true``.  So what is
   permitted never hides something else, and what is forbidden cannot hide in a group.
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
