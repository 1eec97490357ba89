"""The words of the tree: no riddles in its prose, and no two modules of the same name."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

RIDDLE = re.compile(
    r"(?<![\w.])(told|tells?|telling|strewn|borne|fished|nought|glass|sitting|surroundings?"
    r"|presum(?:e|es|ed|ption)|lookout|strangers?|zoo|mishap|witness(?:es)?|bears|brought|floors?"
    r"|house)(?!\w)",
    re.IGNORECASE,
)
"""Words for which the field has one: distinguish, reveal, host spec, zero, assume …"""

PERMITTED = {
    "docs/howto-add-a-client.md": {"tell"},
    "docs/reference-cli.md": {"zoo"},
    "lab/cli/specimens.py": {"zoo"},
    "lab/clients/profiles/claude-code.toml": {"tell"},
    "lab/clients/profiles/codex.toml": {"tell"},
    "lab/clients/profiles/gemini-cli.toml": {"tell"},
    "lab/clients/profiles/opencode.toml": {"tell"},
    "lab/clients/profiles/pi.toml": {"tell"},
    "lab/clients/profiles/qwen-code.toml": {"tell"},
    "lab/reports/terminal/specimens.py": {"zoo"},
}
"""The words that a file may have: published names (``lab zoo``) and the prompts of clients."""

SHARED_NAMES = {
    "__init__": "every package has one",
    "audit": "an audit, its command and its report",
    "check": "the command and the report of a check",
    "decision_table": "the table and how it is printed",
    "registry": "the registry of a folder: factors, report formats",
    "specimens": "the command and the report of specimens",
    "sweep": "a sweep and how it is printed",
}
"""Base names that several modules of ``lab/`` have, with the reason."""


def list_prose() -> list[Path]:
    """The files whose words are held: code and profiles, pages, the README."""
    found = [ROOT / "README.md"]
    for folder in ("lab", "bench", "scenarios", "docs"):
        found += [
            path for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".md", ".toml")
        ]
    return sorted(found)


def test_no_file_has_riddles():
    found = {
        f"{name}:{number}: {word[0]}"
        for path in list_prose()
        for name in [path.relative_to(ROOT).as_posix()]
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        for word in RIDDLE.finditer(line)
        if word[0].lower() not in PERMITTED.get(name, ())
    }
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize("name", PERMITTED)
def test_every_permitted_word_is_used(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert {word.lower() for word in RIDDLE.findall(text)} >= PERMITTED[name]


def test_modules_share_a_base_name_only_with_a_reason():
    by_name = defaultdict(list)
    for path in (ROOT / "lab").rglob("*.py"):
        by_name[path.stem].append(path.relative_to(ROOT).as_posix())
    shared = {name: paths for name, paths in by_name.items() if len(paths) > 1}
    assert {name: shared[name] for name in shared.keys() - SHARED_NAMES.keys()} == {}
    assert SHARED_NAMES.keys() - shared.keys() == set()
