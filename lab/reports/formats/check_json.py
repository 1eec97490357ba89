"""A judged report for scripts: one JSON document, schema ``fingerprint-lab/check/1``.

It holds a verdict for each signal, the effects that are still open, the signals that are gone,
the rules that were not used, and the whole report, in which documented signals have their URL.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.findings.policy import Judgement, Rule

__all__ = ["HELP", "MEDIA_TYPE", "NAME", "SCHEMA", "SUFFIX", "write"]

NAME = "check-json"
HELP = "the report and the verdicts as one JSON document, schema fingerprint-lab/check/1"
SUFFIX = ".check.json"
MEDIA_TYPE = "application/json"
SCHEMA = "fingerprint-lab/check/1"


def write(judgement: Judgement) -> bytes:
    """The judgement as one JSON document: UTF-8, one newline at the end."""
    import msgspec

    from lab.findings.report_json import encode

    policy, baseline = judgement.policy, judgement.baseline
    document = {
        "schema": SCHEMA,
        "verdict": judgement.verdict,
        "policy": policy and {"file": policy.file, "default": policy.default},
        "baseline": baseline and {"client": msgspec.to_builtins(baseline.client)},
        "signals": [
            {
                "id": one.signal.id,
                "verdict": one.verdict,
                "covert": one.signal.covert,
                "cause": one.signal.cause,
                "kind": one.signal.kind,
                "location": msgspec.to_builtins(one.signal.location),
                "rule": _rule(one.rule),
                "notes": one.notes,
            }
            for one in judgement.signals
        ],
        "open": [
            {
                "what": one.what,
                "why": one.why,
                "counts": one.counts,
                "cause": one.cause,
                "location": msgspec.to_builtins(one.location),
                "rule": _rule(one.rule),
            }
            for one in judgement.open
        ],
        "gone": [
            {
                "id": one.signal.id,
                "covert": one.signal.covert,
                "cause": one.signal.cause,
                "kind": one.signal.kind,
                "location": msgspec.to_builtins(one.signal.location),
                "unless": one.unless,
            }
            for one in judgement.gone
        ],
        "unused": [_rule(rule) for rule in judgement.unused],
        "report": json.loads(encode(judgement.report)),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    # A client may send lone surrogates, which have no UTF-8 form: written by number, as in JSON.
    return (text + "\n").encode("utf-8", "backslashreplace")


def _rule(rule: Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    return {
        "line": rule.line,
        "standing": rule.standing,
        "reason": rule.reason,
        "url": rule.url,
    }
