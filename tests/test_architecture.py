"""ARCHITECTURE.md and CONTRIBUTING.md are true of the tree: files, packages, order of imports."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAP = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
CONTRACTS = {
    contract.get("containers", [""])[0]: contract.get("layers", [])
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}
"""The order of imports of each package, the highest layer first."""

PATH = re.compile(r"`((?:lab|tests|docs|scenarios|bench)/[\w./-]*|pyproject\.toml)`")
PLACEHOLDER = re.compile(r"[^/]*(?:NAME|PROTOCOL)[^/]*(/.*)?$")


def get_section(title: str) -> str:
    return MAP.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_the_map_is_short():
    assert len(MAP.splitlines()) <= 80


@pytest.mark.parametrize("text", [MAP, GUIDE], ids=["ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_exists(text):
    """A name in capitals stands for the new file: its folder exists."""
    names = set(PATH.findall(text))
    assert len(names) > 20
    assert {name for name in names if not (ROOT / PLACEHOLDER.sub("", name)).exists()} == set()


def test_every_test_that_is_named_exists():
    named = {
        word
        for line in re.findall(r"pytest (tests/[^`\n]*)", MAP + GUIDE)
        for word in line.split()
        if word.startswith("tests/")
    }
    assert len(named) > 10
    assert {word for word in named if not (ROOT / word).exists()} == set()


def test_the_map_has_every_package_and_module():
    text = get_section("The map")
    tops = {path.relative_to(ROOT / "lab") for path in (ROOT / "lab").glob("*/__init__.py")}
    missing = {f"{path.parent}/" for path in tops if f" {path.parent}/" not in text}
    modules = {path.name for path in (ROOT / "lab").glob("[!_]*.py")}
    assert missing == set()
    assert {name for name in modules if name not in text} == set()


def test_the_order_of_imports_is_that_of_the_linter():
    text = get_section("What may import what")
    order = re.search(r"`[^`]+`(?:\s→\s`[^`]+`)+", text)
    assert order is not None
    written = [set(group.split(", ")) for group in re.findall(r"`([^`]+)`", order[0])]
    checked = [set(layer.split(" | ")) for layer in CONTRACTS["lab"]]
    assert written == [layer for layer in checked if layer != {"__main__"}]


def test_protocols_over_tcp_and_udp_may_use_http():
    """A listener for HTTP/3 is registered in ``udp`` and makes exchanges of ``http``."""
    layers = [layer.split(" | ") for layer in CONTRACTS["lab.internet"]]
    (http,) = (at for at, layer in enumerate(layers) if "http" in layer)
    for registry in ("sniffer", "udp"):
        assert [at < http for at, layer in enumerate(layers) if registry in layer] == [True]
