"""A policy's text: what it says, and one line for each way to write it wrongly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.errors import UsageError
from lab.findings.policy.loader import LONGEST_LINE, parse_policy
from tests.calls import get_growth

HEAD = 'schema = "fingerprint-lab/policy/1"\n'
POLICY = (
    HEAD
    + '''default = "forbidden"

[[allowed]]
cause = "timezone"
reason = "the date line"

[[forbidden]]  # whatever it is
cause_includes = ["user", "hostname", "user"]
reason = """
[[allowed]]
is no rule here"""

[[documented]]
host = "*.example.com"
covert = true
url = "https://example.com/privacy"

[[allowed]]
kind = ["copied", "encoded"]
path = "/v1/*"
reason = "so it is"
'''
)


def test_rules_keep_the_order_of_the_file_whatever_they_are_called():
    policy = parse_policy(POLICY, "p.toml")
    assert [(rule.line, rule.standing) for rule in policy.rules] == [
        (4, "allowed"),
        (8, "forbidden"),
        (14, "documented"),
        (19, "allowed"),
    ]
    assert (policy.default, policy.file) == ("forbidden", "p.toml")


def test_one_word_is_a_list_of_one_and_causes_are_sorted():
    one, two, three, four = parse_policy(POLICY, "p.toml").rules
    assert (one.cause, one.reason, one.covert) == (("timezone",), "the date line", None)
    assert two.cause_includes == ("hostname", "user")
    assert (three.host, three.covert, three.reason) == (("*.example.com",), True, "")
    assert three.url == "https://example.com/privacy"
    assert (four.kind, four.path) == (("copied", "encoded"), ("/v1/*",))


def test_where_nothing_is_said_what_no_rule_covers_is_undecided():
    assert parse_policy(HEAD, "p").default == "undecided"
    assert parse_policy(HEAD, "p").rules == ()


def test_lines_may_end_as_on_windows():
    assert parse_policy(POLICY.replace("\n", "\r\n"), "p").rules == parse_policy(POLICY, "p").rules


RULE = '[[allowed]]\nreason = "r"\n'
MISTAKES = [
    ("", 'p: schema: is missing and required; add schema = "fingerprint-lab/policy/1"'),
    ('schema = "fingerprint-lab/policy/9"', "p:1: schema: must be fingerprint-lab/policy/1, not"),
    ("schema = [", "p: not valid TOML: "),
    (
        HEAD + 'default = "maybe"',
        "p:2: default: must be allowed, forbidden or undecided, not 'maybe'",
    ),
    (HEAD + "default = {}", "default]: must be allowed, forbidden or undecided, not a table"),
    (HEAD + "[[allow]]", "p:2: [[allow]]: no such key; did you mean allowed?"),
    (
        HEAD + "[allowed]",
        "p:2: [allowed]: must be a list of tables, not a table; write [[",
    ),
    (HEAD + 'allowed = [{cause = "user"}]', "begin each rule with [[allowed]] on a line"),
    (HEAD + "[[allowed]]\ncause = 'user'", "p:2: [[allowed]] reason: is missing"),
    (HEAD + RULE, "p:2: [[allowed]]: has no condition"),
    (HEAD + RULE + 'caus = "user"', "p:4: [[allowed]] caus: no such key; did you mean cause?"),
    (HEAD + RULE + 'cause = "hostnam"', "there is no factor 'hostnam'; did you mean hostname?"),
    (HEAD + RULE + 'cause = ["user", "zone"]', "no factor 'zone'; did you mean timezone?"),
    (HEAD + RULE + "cause = 3", "p:4: [[allowed]] cause: must be a text or a list"),
    (HEAD + RULE + "cause = [[1]]", "cause[0]: must be a text, not a list"),
    (HEAD + RULE + "cause = []", "cause: is empty"),
    (HEAD + RULE + 'cause = "user"\ncause_within = "ci"', "cause and cause_within do not go"),
    (HEAD + RULE + 'kind = "copy"', "or route, not 'copy'; did you mean copied?"),
    (HEAD + RULE + 'channel = "https"', "or exit, not 'https'; did you mean http?"),
    (HEAD + RULE + 'host = "https://a.example"', "host: must be a host's name"),
    (HEAD + RULE + 'path = "v1"', "path: must be a path, which begins with /"),
    (HEAD + RULE + 'method = "post"', "method: must be a method in capitals"),
    (HEAD + RULE + 'id = "the first"', "id: must be a signal's id"),
    (HEAD + RULE + 'covert = "yes"', "covert: must be true or false, not 'yes'"),
    (HEAD + RULE + 'url = "https://a.example"', "url: belongs to [[documented]]"),
    (HEAD + "[[forbidden]]\ncovert = true\nreason = ' '", "p:4: [[forbidden]] reason: must be a"),
    (HEAD + "[[forbidden]]\ncovert = true\nreason = 3", "reason: must be a text"),
    (HEAD + '[[documented]]\ncause = "user"', "p:2: [[documented]] url: is missing"),
    (
        HEAD + '[[documented]]\nurl = "a.example"\nid = "a"',
        "url: must be an address, e.g. https://",
    ),
    (HEAD + "# " + "x" * LONGEST_LINE, "p:2: longer than 1,000 characters"),
    (HEAD + "x = 2020-13-45", "p: not valid TOML: "),
    (HEAD + "x = " + "1" * 900 + "\ny = 2", "p:2: x: no such key"),
    (HEAD + 'x = "a\x1b[31m"', "p: not valid TOML: "),
]


@pytest.mark.parametrize(("text", "complaint"), MISTAKES)
def test_a_mistake_is_one_line_that_says_where(text, complaint):
    with pytest.raises(UsageError) as raised:
        parse_policy(text, "p")
    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400


def test_what_looks_like_a_rule_in_a_text_cannot_move_the_others():
    for trick in ('"""\n[[allowed]]\n"""', "'''\n[[allowed]] # '''", '"""\n[[allowed]] # """'):
        text = HEAD + f'[[forbidden]]\ncovert = true\nreason = {trick}\n{RULE}cause = "ci"\n'
        try:
            rules = parse_policy(text, "p").rules
        except UsageError as error:
            assert "on a line of its own" in str(error)  # noqa: PT017
        else:
            assert [rule.standing for rule in rules] == ["forbidden", "allowed"]


@pytest.mark.parametrize(
    "hostile",
    [
        lambda size: "x = " + "[" * (size // 20),
        lambda size: "\n".join("x = [" + "[" * (size // 20) for _ in range(2)),
        lambda size: "x = [\n" * size,
        lambda size: "x = " + "{a=" * (size // 70),
        lambda size: "\n".join("a" + ".a" * 490 + f"{n} = 1" for n in range(size // 200)),
        lambda size: "[" + "a." * (size // 50) + "a]\n",
        lambda size: "[[allowed]]\n" * size,
    ],
    ids=["deep", "deeper", "long", "inline", "dotted", "header", "many"],
)
def test_a_hostile_file_is_refused_in_one_line_for_calls_that_grow_with_its_length(hostile):
    def refuse(size):
        with pytest.raises(UsageError) as raised:
            parse_policy(HEAD + hostile(size), "p")
        assert "\n" not in str(raised.value)

    assert get_growth(refuse, 10_000) < 2.2


@given(st.text(max_size=80))
def test_any_text_is_a_policy_or_one_line(text):
    for whole in (text, HEAD + text, HEAD + RULE + text):
        try:
            parse_policy(whole, "p")
        except UsageError as error:
            assert str(error).startswith("p")  # noqa: PT017
