"""Templates of a project's files: one small, valid set of files for each kind.

Each kind contains a name, which is the only thing that varies.  No path is one of the factor
``git``, and no two kinds share a path, so they can be combined.  The files are those that the
tools' own starters create, shortened.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

__all__ = ["KINDS", "ProjectTemplate", "scope_registry"]

Texts = dict[str, str]
"""Files by path, as text."""


class ProjectTemplate(msgspec.Struct, frozen=True):
    """One kind of files; ``clean`` returns a name in canonical spelling or raises ValueError."""

    files: Callable[[str], Texts]
    clean: Callable[[str], str]


def _check_pattern(pattern: str, what: str, value: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{value!r} is not a valid {what}")
    return value


def _check_heading(value: str) -> str:
    """A heading in any language, in NFC."""
    value = unicodedata.normalize("NFC", value)
    if not value.isprintable() or value != value.strip() or not 0 < len(value) <= 64:
        raise ValueError(f"a heading is one line of at most 64 letters, not {value!r}")
    if "=" in value:
        raise ValueError(f"a heading here has no =, unlike {value!r}")
    return value


def scope_registry(name: str) -> str | None:
    """The registry of a package with a scope (``@example-corp/ledger``), None for one without."""
    scope, slash, _ = name.partition("/")
    return f"https://npm.{scope[1:]}.example" if slash else None


def _python(name: str) -> Texts:
    return {
        "./pyproject.toml": (
            f'[project]\nname = "{name}"\nversion = "0.4.1"\nrequires-python = ">=3.11"\n'
            'dependencies = ["httpx>=0.27"]\n\n[tool.ruff]\nline-length = 100\n'
        ),
        "./requirements.txt": "httpx==0.28.1\n",
    }


def _node(name: str) -> Texts:
    """A package that is published to its scope's own registry, or else nowhere."""
    own = scope_registry(name)
    package: dict[str, object] = {"name": name, "version": "0.4.1", "type": "module"}
    package |= {"publishConfig": {"registry": own}} if own else {"private": True}
    package |= {"scripts": {"start": "node index.js", "test": "node --test"}}
    files = {
        "./index.js": 'console.log(process.argv.slice(2).map(Number).join(" + "));\n',
        "./package.json": json.dumps(package, indent=2) + "\n",
    }
    if own:
        files["./.npmrc"] = f"{name.partition('/')[0]}:registry={own}/\n"
    return files


def _go(name: str) -> Texts:
    return {
        "./go.mod": f"module {name}\n\ngo 1.24\n",
        "./main.go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tfmt.Println(1 + 2)\n}\n',
    }


def _java(name: str) -> Texts:
    return {
        "./pom.xml": (
            '<project xmlns="http://maven.apache.org/POM/4.0.0">\n'
            "  <modelVersion>4.0.0</modelVersion>\n  <groupId>com.example</groupId>\n"
            f"  <artifactId>{name}</artifactId>\n  <version>0.4.1</version>\n</project>\n"
        ),
        "./src/main/java/com/example/App.java": (
            "package com.example;\n\npublic class App {\n"
            "    public static void main(String[] words) {\n"
            "        System.out.println(words.length);\n    }\n}\n"
        ),
    }


def _rust(name: str) -> Texts:
    return {
        "./Cargo.toml": f'[package]\nname = "{name}"\nversion = "0.4.1"\nedition = "2021"\n',
        "./src/main.rs": 'fn main() {\n    println!("{}", 1 + 2);\n}\n',
    }


def _monorepo(name: str) -> Texts:
    """A workspace of two packages; its root's package.json, if any, is that of ``node``."""
    files = {
        "./pnpm-workspace.yaml": 'packages:\n  - "packages/*"\n',
        "./turbo.json": '{"tasks": {"build": {"dependsOn": ["^build"]}}}\n',
    }
    for part in ("api", "web"):
        package = {"name": f"@{name}/{part}", "version": "0.4.1", "private": True}
        files[f"./packages/{part}/package.json"] = json.dumps(package, indent=2) + "\n"
        files[f"./packages/{part}/index.js"] = "export const part = import.meta.url;\n"
    return files


def _instructions(path: str, name: str) -> Texts:
    """Instructions for agents: as people write them, and harmless to follow."""
    return {
        path: f"# {name}\n\n- Run the tests before you finish.\n- Keep functions short.\n",
    }


def _settings(name: str) -> Texts:
    """No variable is one of a model's provider, since some clients load this file."""
    return {
        "./.env": (
            "APP_ENV=development\n"
            f"DATABASE_URL=postgres://app:app@db.{name}.example:5432/app\n"
            f"ASSETS_URL=https://assets.{name}.example\n"
        )
    }


_label = partial(_check_pattern, r"[a-z](?:[a-z0-9-]{0,38}[a-z0-9])?", "name in small letters")

KINDS: Mapping[str, ProjectTemplate] = {
    "agents-md": ProjectTemplate(partial(_instructions, "./AGENTS.md"), _check_heading),
    "claude-md": ProjectTemplate(partial(_instructions, "./CLAUDE.md"), _check_heading),
    "copilot-md": ProjectTemplate(
        partial(_instructions, "./.github/copilot-instructions.md"), _check_heading
    ),
    "cursorrules": ProjectTemplate(partial(_instructions, "./.cursorrules"), _check_heading),
    "env": ProjectTemplate(_settings, _label),
    "gemini-md": ProjectTemplate(partial(_instructions, "./GEMINI.md"), _check_heading),
    "go": ProjectTemplate(
        _go, partial(_check_pattern, r"[a-z0-9.-]{1,64}(?:/[a-z0-9._-]{1,64}){0,4}", "module")
    ),
    "java": ProjectTemplate(_java, _label),
    "monorepo": ProjectTemplate(_monorepo, _label),
    "node": ProjectTemplate(
        _node,
        partial(_check_pattern, r"(?:@[a-z0-9-]{1,40}/)?[a-z0-9][a-z0-9._-]{0,63}", "package"),
    ),
    "python": ProjectTemplate(
        _python,
        partial(_check_pattern, r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?", "package"),
    ),
    "rust": ProjectTemplate(_rust, partial(_check_pattern, r"[a-z][a-z0-9_-]{0,63}", "crate")),
}
"""In alphabetical order, which is that of a level."""
