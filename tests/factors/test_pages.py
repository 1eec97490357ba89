"""Every factor has a page, with the headings that all pages have."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.factors.registry import factors

PAGES = Path(__file__).parents[2] / "docs" / "factors"
HEADINGS = ["What it varies", "How a client may read it", "Levels", "Realisation", "Limits"]


@pytest.mark.parametrize("name", list(factors()))
def test_a_page_has_the_fixed_headings(name: str):
    lines = (PAGES / f"{name}.md").read_text(encoding="utf-8").splitlines()
    assert lines[0] == f"# {name}"
    assert [line[3:] for line in lines if line.startswith("## ")] == HEADINGS


@pytest.mark.parametrize("name", list(factors()))
def test_a_page_names_the_control(name: str):
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"Control: `{factors()[name].control}`" in text


def test_no_page_is_left_of_a_factor_that_is_gone():
    assert {page.stem for page in PAGES.glob("*.md")} == set(factors())
