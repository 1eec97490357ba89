"""The example in the documentation is a policy, and what is shown of it agrees with it."""

import re
from pathlib import Path

from lab.findings.policy import read_policy
from lab.reports.terminal.check import format_rule

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = DOCS / "policy-example.toml"
PAGE = (DOCS / "howto-policy.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_shows_the_file_itself():
    assert ("toml", EXAMPLE.read_text(encoding="utf-8")) in BLOCKS


def test_each_verdict_shown_names_a_rule_of_the_file():
    rules = {rule.line: rule for rule in read_policy(EXAMPLE).rules}
    (shown,) = (text for _, text in BLOCKS if text.startswith("workbench@"))
    printed = re.findall(r"^  (\w+) .*  \((line (\d+): .*)\)$", shown, re.MULTILINE)
    assert len(printed) > 5
    for verdict, words, line in printed:
        assert rules[int(line)].standing == verdict
        assert format_rule(rules[int(line)]) == words


def test_every_condition_and_every_key_is_explained():
    from lab.findings.policy.loader import _Table

    keys = _Table.__struct_fields__
    assert [key for key in keys if f"`{key}`" not in PAGE and f"`{key} = " not in PAGE] == []
