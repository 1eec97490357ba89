"""What a policy and a baseline say of a report, in which order, and what stays in doubt."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.findings.policy import Policy, Rule, judge
from lab.findings.report import FactorFacts, Inconclusive, Location, NotMeasured
from tests.reports.examples import COPIED, COVERT, EMPTY, FULL, PRESENCE, ROUTE

replace = msgspec.structs.replace
SETTLED = replace(FULL, inconclusive=(), not_measured=(), factors=())


def report(*signals, **changes):
    return replace(SETTLED, signals=signals, **changes)


def verdicts(judgement):
    return {one.signal.id: one.verdict for one in judgement.signals}


def only(judgement):
    (one,) = judgement.signals
    return one.verdict


# --- rules ---------------------------------------------------------------------------------

causes = st.lists(st.sampled_from(["user", "hostname", "locale"]), min_size=1, unique=True)
signals = st.builds(
    lambda cause, covert, kind, host, number: replace(
        COPIED,
        id=str(number),
        cause=tuple(sorted(cause)),
        covert=covert,
        kind=kind,
        location=Location("http", host),
        fields=(Location("http", host),),
    ),
    causes,
    st.booleans(),
    st.sampled_from(["copied", "derived", "route"]),
    st.sampled_from(["a.example", "b.example"]),
    st.integers(0, 3),
)
rules = st.builds(
    Rule,
    st.sampled_from(["allowed", "documented", "forbidden"]),
    st.integers(1, 99),
    url=st.just("https://example.com/p"),
    cause=st.just(()) | causes.map(lambda cause: tuple(sorted(cause))),
    cause_includes=st.just(()) | causes.map(tuple),
    kind=st.just(()) | st.sampled_from([("copied",), ("derived", "route")]),
    host=st.just(()) | st.sampled_from([("a.*",), ("*.example",)]),
    covert=st.sampled_from([None, True, False]),
)
policies = st.builds(
    Policy, st.lists(rules, max_size=5).map(tuple), st.sampled_from(["allowed", "forbidden"])
)


@given(signals, policies)
def test_the_first_rule_that_covers_a_signal_decides(signal, policy):
    first = next((rule for rule in policy.rules if rule.covers(signal)), None)
    judged = judge(report(signal), policy).signals[0]
    assert judged.rule == first
    if first is not None:
        assert judged.verdict == first.standing


@given(signals, policies, rules)
def test_what_stands_behind_the_rule_that_decides_changes_nothing(signal, policy, rule):
    before = judge(report(signal), policy).signals[0]
    after = judge(report(signal), replace(policy, rules=(*policy.rules, rule))).signals[0]
    assert before.rule is None or after == before


@given(signals, policies, st.none() | signals)
def test_nothing_covert_is_permitted_but_by_a_rule_that_says_covert_or_a_baseline(
    signal, policy, accepted
):
    baseline = None if accepted is None else report(accepted)
    judged = judge(report(signal), policy, baseline).signals[0]
    if signal.covert and judged.verdict in ("allowed", "documented"):
        assert judged.rule is not None
        assert judged.rule.covert is True
    if signal.covert and judged.verdict == "accepted":
        assert accepted is not None
        assert accepted.covert
    assert not (signal.covert and judged.verdict == "expected")


@given(st.lists(signals, max_size=4), policies, st.none() | st.lists(signals, max_size=3))
def test_a_baseline_never_permits_what_a_rule_forbids(found, policy, accepted):
    baseline = None if accepted is None else report(*accepted)
    judgement = judge(report(*found), policy, baseline)
    assert len(judgement.signals) == len(found)
    for one in judgement.signals:
        first = next((rule for rule in policy.rules if rule.covers(one.signal)), None)
        assert (first is not None and first.forbids) <= (one.verdict == "forbidden")
    failed = any(one.verdict in ("forbidden", "new") for one in judgement.signals)
    assert (judgement.verdict == "failed") is failed


@given(st.lists(signals, max_size=4))
def test_a_report_is_accepted_by_itself(found):
    judgement = judge(report(*found), None, report(*found))
    assert judgement.verdict == "passed"
    assert not judgement.gone
    assert all(one.verdict == "accepted" for one in judgement.signals)


def test_an_exception_stands_before_what_it_is_an_exception_from():
    telemetry = Rule("allowed", 1, cause=("hostname",), host=("telemetry.*",))
    never = Rule("forbidden", 2, cause_includes=("hostname",))
    assert only(judge(report(COPIED), Policy((telemetry, never)))) == "allowed"
    assert only(judge(report(COPIED), Policy((never, telemetry)))) == "forbidden"


@pytest.mark.parametrize(
    ("signal", "default", "verdict"),
    [
        (COPIED, "allowed", "allowed"),
        (COPIED, "forbidden", "forbidden"),
        (COPIED, "undecided", "undecided"),
        (COVERT, "allowed", "undecided"),
        (COVERT, "forbidden", "forbidden"),
        (ROUTE, "forbidden", "expected"),
        (ROUTE, "undecided", "expected"),
        (replace(ROUTE, covert=True), "undecided", "undecided"),
    ],
)
def test_where_no_rule_speaks(signal, default, verdict):
    assert only(judge(report(signal), Policy((), default))) == verdict


def test_documented_signals_carry_their_address_into_the_report():
    rule = Rule("documented", 1, url="https://example.com/p", cause=("hostname",))
    judgement = judge(report(COPIED, PRESENCE), Policy((rule,)))
    documented = {signal.id: signal.documented for signal in judgement.report.signals}
    assert documented == {COPIED.id: "https://example.com/p", PRESENCE.id: None}
    assert {one.signal.id: one.signal.documented for one in judgement.signals} == documented


def test_the_worst_comes_first_and_covert_first_among_equals():
    rule = Rule("allowed", 1, cause=("locale",))
    judgement = judge(report(ROUTE, PRESENCE, COPIED, COVERT), Policy((rule,)))
    assert list(verdicts(judgement).items()) == [
        (COVERT.id, "undecided"),
        (COPIED.id, "undecided"),
        (PRESENCE.id, "allowed"),
        (ROUTE.id, "expected"),
    ]
    assert [one.signal.id for one in judgement.undecided] == [COVERT.id, COPIED.id]


def test_a_rule_that_covers_a_part_of_a_group_is_reported_and_does_not_decide():
    rule = Rule("allowed", 7, part=("header",))
    (one,) = judge(report(COPIED), Policy((rule,))).signals
    assert one.verdict == "undecided"
    assert one.notes == ("line 7 covers 1 of its 2 locations",)


def test_rules_that_permit_and_were_of_no_use_are_reported():
    used, unused = Rule("allowed", 1, cause=("hostname",)), Rule("allowed", 2, cause=("ci",))
    never = Rule("forbidden", 3, cause=("user",))
    assert judge(report(COPIED), Policy((used, unused, never))).unused == (unused,)


# --- baseline ------------------------------------------------------------------------------


def test_what_the_baseline_has_is_accepted_and_the_rest_is_new():
    judgement = judge(report(COPIED, COVERT, ROUTE), None, report(COPIED))
    assert verdicts(judgement) == {COPIED.id: "accepted", COVERT.id: "new", ROUTE.id: "expected"}
    assert [one.signal.id for one in judgement.failures] == [COVERT.id]
    assert judgement.verdict == "failed"


def test_a_policy_permits_what_is_new():
    rule = Rule("allowed", 1, cause=COVERT.cause, covert=True)
    assert judge(report(COPIED, COVERT), Policy((rule,)), report(COPIED)).verdict == "passed"
    loose = Policy((), "allowed")
    assert only(judge(report(COPIED), loose, report())) == "allowed"
    assert only(judge(report(COVERT), loose, report())) == "new"


def test_another_place_of_the_same_part_of_the_same_message_is_not_new():
    elsewhere = replace(COPIED.location, pointer="x-host")
    moved = replace(COPIED, id="other", location=elsewhere, fields=(elsewhere,))
    assert only(judge(report(moved), None, report(COPIED))) == "accepted"


@pytest.mark.parametrize(
    "change",
    [
        {"path": "/v2/events"},
        {"host": "other.example"},
        {"method": "GET"},
        {"channel": "websocket"},
        {"part": "query"},
    ],
)
def test_another_message_or_another_part_is_new(change):
    elsewhere = replace(COPIED.location, **change)
    moved = replace(COPIED, id="other", location=elsewhere, fields=(elsewhere,))
    assert only(judge(report(moved), None, report(COPIED))) == "new"
    grown = replace(COPIED, fields=(*COPIED.fields, elsewhere))
    (one,) = judge(report(grown), None, report(COPIED)).signals
    assert one.verdict == "new"
    assert one.notes == (f"the baseline has it, though not at {elsewhere}",)


def test_another_cause_is_new_and_so_is_what_became_covert():
    wider = replace(COPIED, id="wider", cause=("hostname", "user"))
    assert only(judge(report(wider), None, report(COPIED))) == "new"
    hidden = replace(COPIED, id="hidden", covert=True)
    assert only(judge(report(hidden), None, report(COPIED))) == "new"
    assert only(judge(report(COPIED), None, report(hidden))) == "new"


def test_what_says_more_at_a_place_beside_is_new_and_what_says_less_is_not():
    beside = replace(COPIED, id="more", kind="presence")
    assert only(judge(report(COPIED), None, report(beside))) == "new"
    assert only(judge(report(beside), None, report(COPIED))) == "accepted"


def test_the_same_signal_of_another_kind_is_accepted_and_reported():
    (one,) = judge(report(COPIED), None, report(replace(COPIED, kind="derived"))).signals
    assert (one.verdict, one.notes) == ("accepted", ("derived in the baseline, encoded now",))


def test_an_order_of_requests_stands_where_its_hosts_are():
    raw = Location("http", part="request order")
    first = replace(COVERT, location=replace(raw, host="a.example"), fields=(raw,))
    again = replace(COVERT, location=raw, fields=(raw,))
    assert only(judge(report(again), None, report(first))) == "accepted"
    assert Rule("forbidden", 1, host=("a.*",)).covers(first)


TRIED = (FactorFacts("hostname", "h", ("i",)), FactorFacts("locale", "C", ("de",)))


def test_what_is_gone_is_reported_with_what_speaks_against_it():
    def unless(**changes):
        (gone,) = judge(report(**changes), None, report(COPIED)).gone
        return gone.unless

    assert unless(factors=TRIED) is None
    assert "hostname could not be tried" in unless(factors=TRIED[1:])
    assert "hostname could not be tried" in unless(
        factors=(FactorFacts("hostname", "h", (), False, "no"),)
    )
    assert unless(factors=TRIED, verdict="not measured") == "nothing was measured"
    seen = Inconclusive(COPIED.location, COPIED.cause, "noisy")
    assert "not confirmed" in unless(factors=TRIED, inconclusive=(seen,))
    left_out = NotMeasured("12 planned trials", "the limit")
    assert "a limit left out" in unless(factors=TRIED, not_measured=(left_out,))


def test_what_was_looked_for_and_is_gone_comes_first():
    found = report(factors=TRIED[1:])
    gone = judge(found, None, report(COPIED, PRESENCE)).gone
    assert [one.signal.id for one in gone] == [PRESENCE.id, COPIED.id]


# --- what stays in doubt -------------------------------------------------------------------

OPEN = Inconclusive(Location("tls", "cdn.example.com"), ("proxy",), "too noisy to decide", 24)
FORBIDDEN = Rule("forbidden", 1, cause_includes=("proxy",))
ALLOWED = Rule("allowed", 2, cause=("proxy",))


@pytest.mark.parametrize(
    ("policy", "baseline", "verdict"),
    [
        (Policy((FORBIDDEN,)), None, "inconclusive"),
        (Policy((FORBIDDEN,), "allowed"), None, "inconclusive"),
        (Policy((ALLOWED, FORBIDDEN)), None, "passed"),
        (Policy((FORBIDDEN, ALLOWED)), None, "inconclusive"),
        (Policy((), "forbidden"), None, "inconclusive"),
        (Policy(()), None, "inconclusive"),
        (Policy((), "allowed"), None, "passed"),
        (None, report(), "inconclusive"),
        (None, report(inconclusive=(OPEN,)), "passed"),
        (None, report(replace(ROUTE, cause=("proxy",), location=OPEN.location)), "passed"),
    ],
)
def test_an_open_effect_counts_where_it_would_not_be_permitted(policy, baseline, verdict):
    tried = (FactorFacts("proxy", "none", ("p",)),)
    found = report(inconclusive=(OPEN,), factors=tried)
    judgement = judge(found, policy, baseline)
    assert judgement.verdict == verdict
    (one,) = judgement.open
    assert (one.what, one.why, one.location) == ("proxy", "too noisy to decide", OPEN.location)
    assert one.counts is (verdict == "inconclusive")


def test_a_failure_is_a_failure_whatever_is_open():
    judgement = judge(report(COVERT, inconclusive=(OPEN,)), None, report())
    assert judgement.verdict == "failed"
    assert len(judgement.doubts) == 1


def test_a_rule_that_could_not_be_tried_is_no_pass():
    policy = Policy((Rule("forbidden", 3, cause_includes=("hostname", "clock")),), "allowed")
    untried = FactorFacts("clock", "now", (), False, "the client is static")
    reported = {one.what: one for one in judge(report(factors=(untried,)), policy).open}
    assert reported["factor clock"].why == "the client is static"
    assert reported["factor hostname"].why == "this audit did not vary it"
    assert all(one.counts and one.rule == policy.rules[0] for one in reported.values())
    assert judge(report(factors=(untried,)), policy).verdict == "inconclusive"
    allowed = Policy((replace(policy.rules[0], standing="allowed"),), "allowed")
    assert judge(report(factors=(untried,)), allowed).verdict == "passed"


def test_levels_that_could_not_be_tried_are_no_pass_where_a_rule_names_their_factor():
    item = NotMeasured("hostname at build-7", "no trial with it ran to its end")
    found = report(factors=TRIED, not_measured=(item,))
    names = Policy((Rule("forbidden", 3, cause=("hostname",)),))
    assert judge(found, names).verdict == "inconclusive"
    assert judge(found, Policy((Rule("forbidden", 3, cause=("locale",)),))).verdict == "passed"


def test_a_factor_that_the_baseline_tried_and_that_failed_now_is_no_pass():
    baseline = report(factors=TRIED)
    failed = (replace(TRIED[0], measured=False, why_not="no trial ran"), TRIED[1])
    assert judge(report(factors=failed), None, baseline).verdict == "inconclusive"
    judgement = judge(report(factors=TRIED[1:]), None, baseline)
    assert judgement.verdict == "passed", "left out on purpose"
    assert [(one.what, one.why) for one in judgement.open] == [
        ("other factors that the baseline varied: hostname", "this audit did not vary it")
    ]


@pytest.mark.parametrize(
    ("what", "verdict"),
    [
        ("1 planned trial", "inconclusive"),
        ("143 planned trials", "inconclusive"),
        ("what 1 of 120 trials would have sent", "passed"),
    ],
)
def test_planned_trials_that_were_left_out_are_no_pass(what, verdict):
    found = report(not_measured=(NotMeasured(what, "why"),))
    assert judge(found, None, report()).verdict == verdict
    assert judge(found, Policy((), "allowed")).verdict == "passed"
    assert [one.what for one in judge(found, None, report()).open] == [what]


def test_nothing_measured_is_never_a_pass():
    found = report(verdict="not measured")
    assert judge(found, None, report()).verdict == "not measured"
    assert judge(found, Policy((), "allowed")).verdict == "not measured"


def test_an_untried_factor_is_reported_once():
    untried = replace(TRIED[0], measured=False, why_not="why")
    item = NotMeasured("factor hostname", "why")
    found = replace(EMPTY, factors=(untried,), not_measured=(item,))
    assert len(judge(found, None, report(factors=TRIED[:1])).open) == 1
