"""How a judgement reads: one line a signal, the worst first, and nothing a terminal obeys."""

import io

import msgspec
import pytest

from lab.findings.policy import Policy, Rule, judge
from lab.reports.terminal.audit import make_console
from lab.reports.terminal.check import write
from lab.reports.text.safe import make_visible
from tests.reports.examples import COPIED, COVERT, FULL, HOSTILE, HOSTILE_TEXT

POLICY = Policy(
    (
        Rule("forbidden", 5, reason="nothing hidden", covert=True),
        Rule("documented", 9, url="https://example.com/p", cause=("hostname",)),
        Rule("allowed", 14, reason="for its words", cause=("git",)),
    ),
    file="policy.toml",
)


def print_check(judgement, **options):
    stream = io.StringIO()
    write(judgement, make_console(stream, width=40), **options)
    return stream.getvalue()


def test_one_line_a_signal_the_worst_first():
    lines = print_check(
        judge(FULL, POLICY, msgspec.structs.replace(FULL, signals=(COVERT,)))
    ).splitlines()
    assert lines[:7] == [
        "probe@1.0: failed: 1 forbidden, 1 new, 1 documented, 1 expected, 1 open",
        "  policy: policy.toml, where no rule applies: undecided",
        "  baseline: probe@1.0, 1 signal",
        "  forbidden   COVERT  endpoint × timezone  derived  POST api.example.com/v1/messages "
        "body /messages/0/content/0/text  5f0c  (line 5: nothing hidden)",
        "  new         locale  presence  dns fonts.example.com query  9c01",
        "  documented  hostname  encoded, sha256[:16]  POST telemetry.example.com/v1/events "
        "header x-device and 1 more location  77aa  (line 9: https://example.com/p)",
        "  expected    endpoint  route  POST api.example.com/v1/messages host  aa00",
    ]


def test_what_stayed_open_is_gone_or_of_no_use_is_reported():
    baseline = msgspec.structs.replace(FULL, signals=(COPIED,))
    report = msgspec.structs.replace(FULL, signals=())
    lines = print_check(judge(report, POLICY, baseline)).splitlines()
    start = lines.index("still open, so the check does not pass:")
    assert lines[start:] == [
        "still open, so the check does not pass:",
        "  proxy  tls cdn.example.com: too noisy to decide  (line 5: nothing hidden)",
        "still open, without effect on the verdict:",
        "  factor clock: the client is static",
        "  git: the client excludes it",
        "in the baseline, not found now:",
        "  hostname  encoded, sha256[:16]  POST telemetry.example.com/v1/events header x-device "
        "and 1 more location  77aa  (but hostname could not be tried, or was left out)",
        "permitted, not found:",
        "  line 9: https://example.com/p",
        "  line 14: for its words",
    ]


def test_what_fails_is_reported_in_full_on_request():
    judgement = judge(FULL, POLICY)
    assert "lab run" not in print_check(judgement)
    full = print_check(judgement, full=True, typed=("probe",))
    assert "lab run probe@1.0" in full
    assert "hostname=build-7" not in full, "what does not fail is not printed in full"


def test_long_lists_of_what_is_permitted_are_cut_and_failures_are_not():
    many = tuple(msgspec.structs.replace(COPIED, id=f"{n:x}") for n in range(40))
    report = msgspec.structs.replace(FULL, signals=many)
    assert "… 28 more; --json has them all" in print_check(judge(report, None, report))
    lines = print_check(judge(report, Policy((), "forbidden"))).splitlines()
    assert sum(line.startswith("  forbidden") for line in lines) == 40


@pytest.mark.parametrize("full", [False, True])
def test_nothing_reaches_a_terminal_as_it_was_sent(full):
    policy = Policy(
        (
            Rule("forbidden", 1, reason=HOSTILE_TEXT, covert=True),
            Rule("documented", 2, url=HOSTILE_TEXT, cause=("ci",)),
        ),
        file=HOSTILE_TEXT,
    )
    for baseline in (None, FULL, HOSTILE):
        shown = print_check(judge(HOSTILE, policy, baseline), full=full)
        assert all(make_visible(line) == line for line in shown.replace("⟨", "<").splitlines())
        assert len(shown) < 400_000
