"""What docs/howto-observe.md shows is what happens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

from lab.testing import failure_note, hypothesis_profiles

PAGE = Path(__file__).parents[2] / "docs" / "howto-observe.md"


def test_what_is_shown_of_observing_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = PAGE.read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    shown: dict = {"__name__": "test_probe"}
    exec(compile(code, "howto-observe.md", "exec"), shown)
    shown["test_it_talks_to_one_host_alone"]()
    chosen = settings(
        max_examples=200,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    failure_note.begin_test()
    with pytest.raises(AssertionError):
        chosen(shown["test_the_zone_does_not_show"])()
    story = failure_note.get_note()
    assert story is not None
    (block,) = re.findall(r"^What probe.*?^```", page, re.MULTILINE | re.DOTALL)
    expected = set(_without_zones(block.removesuffix("```")))
    assert expected == set(_without_zones(story))


def _without_zones(story: str) -> list[str]:
    """The lines, zones blanked; which apostrophe is left or right depends on the example."""
    lines = [
        " ".join(re.sub(r"[A-Z]\w+/\w+|UTC", "ZONE", line).split()) for line in story.split("\n")
    ]
    kept = [
        line
        for line in lines
        if line and not line.startswith(("U+", "timezone", "ZONE", "sure", "confidence"))
    ]
    return [
        line.replace("timezone='ZONE'", "").partition("reproduce")[0]
        for line in kept
        if "lab.control" not in line
    ]


def test_the_profiles_are_those_that_there_are():
    page = PAGE.read_text(encoding="utf-8")
    shown = dict(re.findall(r"^\| `(\w+)` \| (\d+) \|", page, re.MULTILINE))
    assert {name: int(number) for name, number in shown.items()} == hypothesis_profiles._EXAMPLES
