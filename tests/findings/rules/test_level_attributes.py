"""Aspects read the same things in levels of any factor, and nothing where they are not."""

import pytest

from lab.factors.registry import factors
from lab.findings.rules.level_attributes import LEVEL_ATTRIBUTES

LEVELS = [level for item in factors().values() for level in (item.control, *item.levels, "", ":/")]


@pytest.mark.parametrize("attribute", LEVEL_ATTRIBUTES, ids=lambda one: one.label or "text")
def test_any_level_can_be_read(attribute):
    for level in LEVELS:
        text = attribute.read(level)
        assert text is None or isinstance(text, str)
        if "compared" in attribute.shapes and text is not None:
            int(text)


def read(label: str, level: str) -> list[str]:
    return [
        text for a in LEVEL_ATTRIBUTES if a.label == label and (text := a.read(level)) is not None
    ]


def test_what_is_read():
    assert read("day ", "2026-09-19T12:00:00Z") == ["Saturday"]
    assert read("year ", "2026-09-19T12:00:00Z") == ["2026"]
    assert read("UTC offset ", "TZ=Asia/Kolkata") == ["+05:30"]
    assert read("uid ", "sam:Sam Carter:501:/Users/sam:/bin/bash") == ["501"]
    assert read("width ", "tty:120x40:xterm") == ["120"]
    assert read("host ", "http://203.0.113.1:80") == ["an address"]
    assert read("host ", "https://a.example.cn/x") == ["a name", "a.example.cn"]
    assert read("host ends ", "https://a.example.cn/x") == ["in a two-letter domain"]
    assert read("URL ", "http://a.example.cn:80") == ["with a port"]
