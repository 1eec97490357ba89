"""A judged report for scripts: one JSON document, schema ``fingerprint-lab/check/1``.

It holds the whole report, in which documented signals have their URL, and beside it a verdict
for each signal, what stayed open, what is gone, and which rules were of no use.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from lab.findings.policy import Judgement, Rule
from lab.findings.report_json import encode as encode_report

__all__ = ["SCHEMA", "encode"]

SCHEMA = "fingerprint-lab/check/1"


def encode(judgement: Judgement) -> bytes:
    """The judgement as one JSON document: UTF-8, one newline at the end."""
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
        "report": json.loads(encode_report(judgement.report)),
    }
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    # What a client sent may hold lone surrogates, which UTF-8 cannot: by number, as in JSON.
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
