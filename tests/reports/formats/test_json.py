import msgspec

from lab.findings.policy import Policy, Rule, judge
from lab.findings.report_json import decode, encode
from lab.reports.formats.json import write
from tests.reports.examples import FULL, HOSTILE


def test_it_is_the_report_of_the_audit_byte_for_byte():
    assert write(judge(FULL)) == encode(FULL)
    assert write(judge(HOSTILE)) == encode(HOSTILE)


def test_documented_signals_have_their_url():
    rule = Rule("documented", 1, url="https://vendor.example/doc", cause=("locale",))
    policy = Policy((rule,))
    report = decode(write(judge(FULL, policy)))
    assert [signal.documented for signal in report.signals].count("https://vendor.example/doc") == 1
    assert msgspec.structs.replace(report, signals=()) == msgspec.structs.replace(
        decode(encode(FULL)), signals=()
    )
