"""Parts of the generated file trees: each is a few files that usually occur together.

A part is a function of a :class:`PartBuilder`, which has the owner of the tree and a source of
random bytes.  Paths of a home begin with ``~/``, of a project with ``./``.  Nothing here
reads the host.  Keys and tokens are random bytes, not valid ones.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from random import Random

import msgspec

from lab.factors.filetree import Directory, File, Item, Link

__all__ = ["HOME", "PROJECT", "Items", "Owner", "Part", "PartBuilder"]

Items = dict[str, Item]

SIZES = (70_000, 3 << 20, 700 << 20, 4 << 30)
"""Sizes of long files: a small cache, a database, a disc image, a model."""
PRIVATE, PROGRAM, FROZEN = 0o600, 0o755, 0o444


class Owner(msgspec.Struct, frozen=True):
    """The invented owner of a tree."""

    name: str
    login: str
    email: str
    company: str
    word: str
    """The company in one word, as in folder and package names."""
    host: str
    notes: str


class PartBuilder(msgspec.Struct, frozen=True):
    """Input of a part: an owner, and a source of random bytes."""

    owner: Owner
    random: Random

    def random_token(self, size: int = 20) -> str:
        """Random bytes in hexadecimal."""
        return self.random.randbytes(size).hex()

    def random_public_key(self) -> str:
        """A random text in the form of a public key."""
        return base64.b64encode(b"\0\0\0\x0bssh-ed25519" + self.random.randbytes(36)).decode()

    def sparse_file(self, head: bytes = b"") -> File:
        """A long file with little content: the rest is zero bytes."""
        return File(head, size=self.random.choice(SIZES))


Part = Callable[[PartBuilder], Items]


def _text(text: str, mode: int = 0o644) -> File:
    return File(text.encode(), mode)


def _move_below(prefix: str, items: Items) -> Items:
    return {prefix + path.removeprefix("."): item for path, item in items.items()}


def _shell(builder: PartBuilder) -> Items:
    owner = builder.owner
    history = f"ssh {owner.host}\ncd ~/code/{owner.word}\ngit pull\nmake test\n"
    return {
        "~/.bashrc": _text('alias ll="ls -l"\n[ -f ~/.bash_aliases ] && . ~/.bash_aliases\n'),
        "~/.profile": _text('PATH="$HOME/.local/bin:$PATH"\n'),
        "~/.bash_aliases": Link("dotfiles/bash_aliases"),
        "~/dotfiles/bash_aliases": _text(f"alias work='cd ~/code/{owner.word}'\n"),
        "~/.bash_history": _text(history, PRIVATE),
        "~/.vimrc": _text("set number\nsyntax on\n"),
        "~/.config/git/ignore": _text(".idea/\n*.swp\n"),
    }


def _keys(builder: PartBuilder) -> Items:
    owner = builder.owner
    return {
        "~/.ssh": Directory(0o700),
        "~/.ssh/config": _text(f"Host work\n    HostName {owner.host}\n", PRIVATE),
        "~/.ssh/id_ed25519": File(builder.random.randbytes(400), PRIVATE),
        "~/.ssh/id_ed25519.pub": _text(
            f"ssh-ed25519 {builder.random_public_key()} {owner.email}\n"
        ),
        "~/.ssh/known_hosts": _text(
            f"{owner.host} ssh-ed25519 {builder.random_public_key()}\n", PRIVATE
        ),
        "~/.gnupg": Directory(0o700),
        "~/.gnupg/pubring.kbx": File(builder.random.randbytes(64), PRIVATE),
    }


def _accounts(builder: PartBuilder) -> Items:
    owner = builder.owner
    docker = {"auths": {f"registry.{owner.host}": {"auth": builder.random_token()}}}
    return {
        "~/.npmrc": _text(f"@{owner.word}:registry=https://npm.{owner.host}/\n", PRIVATE),
        "~/.netrc": _text(
            f"machine {owner.host} login {owner.login} password {builder.random_token()}\n", PRIVATE
        ),
        "~/.config/pip/pip.conf": _text(f"[global]\nindex-url = https://pip.{owner.host}/simple\n"),
        "~/.aws": Directory(0o700),
        "~/.aws/config": _text(f"[profile {owner.word}]\nregion = eu-west-1\n", PRIVATE),
        "~/.docker/config.json": _text(json.dumps(docker, indent=2), PRIVATE),
    }


def _caches(builder: PartBuilder) -> Items:
    items: Items = {
        "~/.cache": Directory(0o700),
        "~/.cache/CACHEDIR.TAG": _text("Signature: 8a477f597d28d172789f06886806bc55\n"),
        f"~/.cache/{builder.owner.word}/data_0": builder.sparse_file(b"\xc3\xca\x03\xc1"),
    }
    for _ in range(builder.random.randint(1, 6)):
        name = builder.random_token()
        folder = f"~/.npm/_cacache/content-v2/sha512/{name[:2]}/{name[2:4]}"
        items[f"{folder}/{name[4:]}"] = File(builder.random.randbytes(60))
    return items


def _desktop(builder: PartBuilder) -> Items:
    owner = builder.owner
    return {
        "~/Documents/Notizen für später.txt": _text(owner.notes),
        f"~/Documents/{owner.company}/minutes.txt": _text(f"{owner.name}\n{owner.notes}\n"),
        "~/Downloads/debian-12-amd64-netinst.iso": builder.sparse_file(),
        "~/Pictures": Directory(),
        "~/Templates": Directory(),
        "~/.mozilla/firefox": Directory(0o700),
        "~/.mozilla/firefox/lock": Link(f"127.0.1.1:+{builder.random.randint(900, 30000)}"),
    }


def _tools(builder: PartBuilder) -> Items:
    word = builder.owner.word
    wants = "~/.config/systemd/user/default.target.wants"
    return {
        f"~/.local/bin/{word}": Link(f"../share/{word}/bin/{word}"),
        f"~/.local/share/{word}/bin/{word}": _text(f"#!/bin/sh\necho {word}\n", PROGRAM),
        "~/.local/bin/python": Link("/usr/bin/python3"),
        f"{wants}/{word}.service": Link(f"/usr/lib/systemd/user/{word}.service"),
        "~/.local/state": Directory(0o700),
    }


def _sources(builder: PartBuilder) -> Items:
    parts = builder.random.sample((_papers, _python, _node, _native), 2)
    return {
        path: item
        for part in parts
        for path, item in _move_below(f"~/code/{builder.owner.word}", part(builder)).items()
    }


def _papers(builder: PartBuilder) -> Items:
    owner = builder.owner
    return {
        "./README.md": _text(f"# {owner.word}\n\n{owner.notes}\n"),
        "./LICENSE": _text(f"Copyright {owner.name}, {owner.company}\n"),
        "./.editorconfig": _text("root = true\n[*]\nindent_style = space\n"),
        "./.env": _text(
            f"API_URL=https://api.{owner.host}\nAPI_KEY={builder.random_token()}\n", PRIVATE
        ),
        "./docs/readme.md": Link("../README.md"),
    }


def _python(builder: PartBuilder) -> Items:
    word = builder.owner.word
    source = f'"""{builder.owner.notes}"""\n\n\ndef main() -> None:\n    print("{word}")\n'
    return {
        "./pyproject.toml": _text(f'[project]\nname = "{word}"\nversion = "0.1.0"\n'),
        f"./src/{word}/__init__.py": File(),
        f"./src/{word}/main.py": _text(source),
        f"./src/{word}/__pycache__/main.cpython-311.pyc": File(builder.random.randbytes(80)),
        "./tests/test_main.py": _text(f"from {word}.main import main\n"),
        "./.venv/pyvenv.cfg": _text("home = /usr/bin\nversion = 3.11.2\n"),
        "./.venv/bin/python": Link("/usr/bin/python3"),
        "./.venv/bin/python3": Link("python"),
        "./.venv/lib/python3.11/site-packages": Directory(),
        "./.venv/lib64": Link("lib"),
    }


def _node(builder: PartBuilder) -> Items:
    owner = builder.owner
    names = builder.random.sample(("chalk", "debug", "glob", "ms", "semver", "yargs"), 3)
    wanted = {name: f"^{builder.random.randint(1, 9)}.0.0" for name in names}
    package = {"name": f"@{owner.word}/web", "author": owner.email, "dependencies": wanted}
    items: Items = {"./package.json": _text(json.dumps(package, indent=2) + "\n")}
    for name in names:
        folder = f"./node_modules/{name}"
        items[f"{folder}/package.json"] = _text(json.dumps({"name": name, "main": "index.js"}))
        items[f"{folder}/index.js"] = _text("module.exports = {};\n")
    items[f"./node_modules/{names[0]}/bin/cli.js"] = _text("#!/usr/bin/env node\n", PROGRAM)
    items[f"./node_modules/.bin/{names[0]}"] = Link(f"../{names[0]}/bin/cli.js")
    items[f"./node_modules/@{owner.word}/web"] = Link("../..")
    return items


def _native(builder: PartBuilder) -> Items:
    return {
        "./Makefile": _text("main: src/main.c\n\tcc -o build/main src/main.c\n"),
        "./src/main.c": _text("int main(void) { return 0; }\n"),
        "./build/main": File(b"\x7fELF" + builder.random.randbytes(200), PROGRAM),
        "./build/main.o": File(builder.random.randbytes(100)),
        "./configure": _text("#!/bin/sh\nexit 0\n", PROGRAM),
    }


def _data(builder: PartBuilder) -> Items:
    run = f"runs/{builder.random_token(3)}"
    return {
        "./data/people.csv": _text(f"name,email\n{builder.owner.name},{builder.owner.email}\n"),
        "./data/model.bin": builder.sparse_file(b"GGUF"),
        f"./{run}/log.txt": _text("step 1\nstep 2\n", FROZEN),
        "./latest": Link(run),
        "./scratch": Link(f"/scratch/{builder.owner.login}"),
    }


def _repository(builder: PartBuilder) -> Items:
    from lab.factors.data.git_repository import (
        EMPTY_FOLDERS,
        TRACKED_FILES,
        Repository,
        render_git_folder,
    )

    owner = builder.owner
    remote = f"git@{owner.host}:{owner.word}/app.git"
    items: Items = {f"./{path}": File(content) for path, content in TRACKED_FILES.items()}
    items |= {f"./.git/{path}": Directory() for path in EMPTY_FOLDERS}
    rendered = render_git_folder(Repository(owner.name, owner.email, remote=remote))
    return items | {f"./.git/{path}": file for path, file in rendered.items()}


HOME: tuple[Part, ...] = (_shell, _keys, _accounts, _caches, _desktop, _tools, _sources)
PROJECT: tuple[Part, ...] = (_papers, _python, _node, _native, _data, _repository)
