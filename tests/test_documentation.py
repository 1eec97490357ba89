"""The documentation holds: links lead somewhere, pictures fetch nothing, the start is short."""

import re
from pathlib import Path

import pytest
from hypothesis import settings

from lab.internet.models.providers import list_protocols

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(page: Path) -> set[str]:
    """The names by which a page's headings are linked."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    for target in LINK.findall(FENCED.sub("", page.read_text(encoding="utf-8"))):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        other = (page.parent / path).resolve() if path else page
        assert other.exists(), target
        assert not anchor or anchor in anchors(other), target


def test_every_page_is_reached_from_the_index():
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    listed = {(ROOT / "docs" / target).resolve() for target in LINK.findall(index)}
    assert set(PAGES[1:]) - listed == {ROOT / "docs" / "index.md"}


@pytest.mark.parametrize("name", ["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_link_for_developers_leads_somewhere(name):
    for target in LINK.findall((ROOT / name).read_text(encoding="utf-8")):
        assert (ROOT / target.partition("#")[0]).exists(), target


def test_every_protocol_is_in_the_comment_of_the_profile():
    page = (ROOT / "docs" / "howto-add-a-client.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"^protocols = .*?# (.*)$", page, re.MULTILINE)
    assert set(listed.split(", ")) == set(list_protocols())


def test_every_scenario_is_in_the_table():
    page = (ROOT / "docs" / "howto-pytest.md").read_text(encoding="utf-8")
    table = {
        name
        for row in re.findall(r"^\| (`test_.*?) \|", page, re.MULTILINE)
        for name in row.split(", ")
    }
    assert table == {f"`{path.stem}`" for path in (ROOT / "scenarios").glob("test_*.py")}


def test_the_readme_begins_with_two_commands():
    first = FENCED.search((ROOT / "README.md").read_text(encoding="utf-8"))
    assert first is not None
    opening, *commands, _ = first[0].splitlines()
    assert opening == "```sh"
    assert len(commands) == 2
    for command in commands:
        assert command.startswith(".ci/setup && .venv/bin/")


def test_pictures_fetch_nothing():
    for picture in (ROOT / "docs").glob("*.svg"):
        drawn = picture.read_text(encoding="utf-8")
        assert not re.search(r"@font-face|<image|<script|url\((?!#)|href=", drawn), picture.name


def test_what_is_shown_of_generated_environments_runs():
    page = (ROOT / "docs" / "howto-generate.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    shown: dict[str, object] = {}
    exec(compile(code, "howto-generate.md", "exec"), shown)
    tests = [function for name, function in shown.items() if name.startswith("test_")]
    assert len(tests) == 3
    for function in tests:
        assert callable(function)
        settings(max_examples=10, database=None, deadline=None)(function)()


def test_what_is_shown_of_the_twin_runs(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "explanation-twin.md").read_text(encoding="utf-8")
    code = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)[0]
    exec(compile(code, "explanation-twin.md", "exec"), {"__name__": "shown"})
    printed = capsys.readouterr().out.strip()
    assert printed == "finished ['/start?day=2027-02-03']"
    assert f"`{printed}`" in page
