"""Each file is one that its own tool would read, and kinds can be joined."""

from __future__ import annotations

import json
import tomllib
from xml.etree import ElementTree

import pytest

from lab.factors.data.git_repository import TRACKED_FILES
from lab.factors.data.project_templates import KINDS, scope_registry


def texts(kind: str, name: str) -> dict[str, str]:
    return KINDS[kind].files(KINDS[kind].clean(name))


def test_no_two_kinds_write_the_same_file_and_none_is_gits():
    paths = [path for kind in KINDS for path in texts(kind, "ledger")]
    paths.append("./.npmrc")
    assert "./.npmrc" in texts("node", "@a/b")
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("./") for path in paths)
    assert not {path[2:] for path in paths} & TRACKED_FILES.keys()
    assert not any(path.startswith("./.git/") for path in paths)
    folders = {path.rsplit("/", depth)[0] for path in paths for depth in range(1, path.count("/"))}
    assert not folders & set(paths)


def test_packages_are_named_in_their_languages_formats():
    assert (
        tomllib.loads(texts("python", "Bill-1")["./pyproject.toml"])["project"]["name"] == "Bill-1"
    )
    assert tomllib.loads(texts("rust", "bill")["./Cargo.toml"])["package"]["name"] == "bill"
    assert texts("go", "git.example/bill")["./go.mod"].startswith("module git.example/bill\n")
    pom = ElementTree.fromstring(texts("java", "bill")["./pom.xml"])
    assert pom.findtext("{*}artifactId") == "bill"


def test_a_package_with_a_scope_is_published_to_that_scopes_registry():
    files = texts("node", "@acme/bill")
    package = json.loads(files["./package.json"])
    assert package["name"] == "@acme/bill"
    assert package["publishConfig"] == {"registry": scope_registry("@acme/bill")}
    assert files["./.npmrc"] == "@acme:registry=https://npm.acme.example/\n"
    alone = texts("node", "bill")
    assert json.loads(alone["./package.json"])["private"] is True
    assert "./.npmrc" not in alone
    assert scope_registry("bill") is None


def test_a_monorepo_has_packages_of_one_scope():
    files = texts("monorepo", "acme")
    names = [
        json.loads(text)["name"] for path, text in files.items() if path.endswith("package.json")
    ]
    assert names == ["@acme/api", "@acme/web"]


def test_settings_name_no_provider():
    lines = texts("env", "acme")["./.env"].splitlines()
    names = {line.partition("=")[0] for line in lines}
    assert names == {"APP_ENV", "ASSETS_URL", "DATABASE_URL"}


@pytest.mark.parametrize(
    "kind", ["agents-md", "claude-md", "copilot-md", "cursorrules", "gemini-md"]
)
def test_instructions_have_a_heading_in_any_language(kind: str):
    (text,) = texts(kind, "Учёт 帳簿").values()
    assert text.startswith("# Учёт 帳簿\n")
    assert KINDS[kind].clean("e\u0301") == "é"


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("python", ""), ("python", "a b"), ("node", "@a"), ("node", "@a/b/c"), ("node", "A"),
        ("rust", "1a"), ("go", "a//b"), ("go", "A"), ("java", "a_b"), ("env", "a-"),
        ("monorepo", "@a"), ("agents-md", ""), ("agents-md", " a"), ("agents-md", "a\tb"),
        ("agents-md", "x" * 65), ("agents-md", "a=b"),
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused(kind: str, name: str):
    with pytest.raises(ValueError):
        KINDS[kind].clean(name)
