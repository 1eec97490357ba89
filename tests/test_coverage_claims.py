"""Sentences about coverage: generated from counts, or equal to the numbers of the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from lab.environment import Environment
from lab.experiment.columns.canaries import generate_canary
from lab.experiment.design import covering_array
from lab.experiment.design.combination_space import CombinationSpace, count_marked
from lab.experiment.design.coverage import MAX_NAMED
from lab.experiment.design.covering_array import plan
from lab.experiment.tabulate import missing_levels
from lab.factors.registry import factors, find_forbidden_pairs

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "explanation-experiment.md").read_text(encoding="utf-8")
CLAIM = re.compile(
    r"\b(all|every|each) (\w+ )?(pairs?|triples?|combinations?)\b"
    r"[^.]*\b(ran|run|runs|occurs?|tried)\b",
    re.IGNORECASE,
)
"""A claim that all of something ran."""
ROW = re.compile(r"^ +\| (.+?) \| (\d+) \| (\d+) \|$", re.MULTILINE)


def levels_of(names):
    """The levels of an audit of these factors, with canaries."""
    found = {}
    for name in names:
        item = factors()[name]
        canary = generate_canary(item, 0)
        made_up = () if canary is None else (canary.level,)
        found[name] = tuple(dict.fromkeys((item.control, *item.levels, *made_up)))
    return found


def count(names):
    levels = levels_of(names)
    forbidden = find_forbidden_pairs(levels)
    design = plan(levels, strength=2, seed=0, forbidden=forbidden)
    space = CombinationSpace(levels, 2, forbidden)
    tried = {trial.environment for trial in (*design.calibration, *design.array)}
    ran = count_marked(space.mark_covered(tried))
    rows = tried - {Environment.of({name: values[0] for name, values in levels.items()})}
    return count_marked(space.mark_admissible()), ran, len(rows)


@pytest.mark.parametrize(("words", "combinations", "rows"), ROW.findall(PAGE))
def test_the_table_of_arrays_has_the_counts_of_the_code(words, combinations, rows):
    names = re.findall(r"`(\w+)`", words) or sorted(factors())
    admissible, ran, needed = count(names)
    assert (admissible, ran) == (int(combinations), int(combinations))
    assert needed == int(rows)


def test_the_table_has_its_rows():
    assert len(ROW.findall(PAGE)) == 3


def test_limits_in_the_pages_are_those_of_the_code():
    pairs, triples = (covering_array._MAX_ROWS[strength] for strength in (2, 3))
    words = " ".join(PAGE.split())
    assert f"An array of pairs may have {pairs} rows, one of triples {triples}." in words
    assert f"few levels in all ({covering_array._MAX_SINGLES})" in words
    report = " ".join((ROOT / "docs" / "reference-report.md").read_text("utf-8").split())
    assert f"the first {MAX_NAMED} of those that did not" in report
    assert f"the first {missing_levels.MAX_NAMED}, and how many" in report


def list_texts(file):
    """The texts of a module that may be printed: all but docstrings."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


def test_no_report_claims_more_than_it_counts():
    """Only one module words coverage, from counts."""
    for file in sorted((ROOT / "lab" / "reports").rglob("*.py")):
        if file.name == "coverage_phrases.py":
            continue
        for text in list_texts(file):
            assert not CLAIM.search(text), (file.name, text)
            assert "all combinations" not in text, (file.name, text)


@pytest.mark.parametrize(
    "page", ["README.md", *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md"))]
)
def test_pages_claim_nothing_without_saying_that_it_is_counted(page):
    text = (ROOT / page).read_text("utf-8")
    for paragraph in text.split("\n\n"):
        words = " ".join(paragraph.split())
        if CLAIM.search(words):
            assert re.search(r"\bcount(s|ed)?\b|\bcovering array\b", words), (page, words)
