"""Git: the repository around the working directory, and the identity in ``~/.gitconfig``.

A level is ``none`` (the same files, no repository) or settings joined by ``;`` that change the
control's repository: ``branch=``, ``dirty``, ``email=``, ``name=``, ``remote=``.  The control
is ``plain``: two commits on main by a neutral identity, no remote, a clean working copy.  The
identity is in ``~/.gitconfig`` and in all commits.

The named levels have each setting once, the remote also over SSH and at a second forge; the two
forges are those with the most public repositories.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec

from lab.factors.data.git_repository import (
    EMPTY_FOLDERS,
    TRACKED_FILES,
    Repository,
    newest_commit_id,
    render_git_folder,
    render_gitconfig,
)
from lab.factors.factor import Factor
from lab.factors.host_spec import File, HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "parse_repository"]

CONTROL = "plain"
NAME, EMAIL, BRANCH = "Dev", "dev@example.com", "main"

LEVELS = (
    "none",
    "branch=feature/login",
    "dirty",
    "email=m.rossi@example.org;name=Marta Rossi",
    "remote=https://github.com/example/project.git",
    "remote=git@github.com:example/project.git",
    "remote=https://gitlab.com/example/project.git",
)

_PATTERNS = {
    "branch": re.compile(
        r"(?!(?:main|HEAD)/|HEAD$)(?!.*(?:\.\.|//|@\{|\.lock(?:/|$)|/\.|\.$|/$))[A-Za-z0-9_][\w./@+-]{0,99}"
    ),
    "email": re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+"),
    "name": re.compile(
        r"[^<>;=\"\\\x00-\x1f\x7f ](?:[^<>;=\"\\\x00-\x1f\x7f]{0,98}[^<>;=\"\\\x00-\x1f\x7f ])?"
    ),
    "remote": re.compile(
        r"(?:https?|ssh|git)://[A-Za-z0-9@:.\[\]-]+/[^\s;=\"\\\x00-\x1f\x7f]+"
        r"|[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^\s;=\"\\\x00-\x1f\x7f]+"
    ),
}
_DIRTY_FILES = {
    "./README.md": File(TRACKED_FILES["README.md"] + b"\nNot yet for negative numbers.\n"),
    "./notes.txt": File(b"Try large numbers.\n"),
}


def parse_settings(level: str) -> dict[str, str]:
    """The settings of a level other than ``none``.

    Raises:
        ValueError: A setting is unknown, or its value is not valid.
    """
    found: dict[str, str] = {}
    for part in [] if level == CONTROL else level.split(";"):
        name, separator, value = part.partition("=")
        value = unicodedata.normalize("NFC", value)
        if part == "dirty":
            found[name] = "yes"
        elif separator and name in _PATTERNS and _PATTERNS[name].fullmatch(value):
            found[name] = value
        elif name in _PATTERNS:
            raise ValueError(f"{value!r} cannot be the {name} of a repository")
        else:
            raise ValueError(
                f"write plain, none, or any of branch=…;dirty;email=…;name=…;remote=…, not {part!r}"
            )
    return found


def parse_repository(level: str) -> Repository:
    """The repository that a level other than ``none`` describes."""
    chosen = parse_settings(level)
    return Repository(
        name=chosen.get("name", NAME),
        email=chosen.get("email", EMAIL),
        branch=chosen.get("branch", BRANCH),
        remote=chosen.get("remote", ""),
    )


def parse(level: str) -> str:
    """The canonical spelling: settings in alphabetical order, without those of the control."""
    if level == "none":
        return level
    ordinary = {"name": NAME, "email": EMAIL, "branch": BRANCH}
    kept = {
        key: value for key, value in parse_settings(level).items() if ordinary.get(key) != value
    }
    parts = [key if key == "dirty" else f"{key}={value}" for key, value in sorted(kept.items())]
    return ";".join(parts) or CONTROL


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The project's files, ``./.git`` where there is one, and ``~/.gitconfig``."""
    plain = parse_repository(CONTROL if level == "none" else level)
    files = {f"./{path}": File(content) for path, content in TRACKED_FILES.items()}
    files["~/.gitconfig"] = File(render_gitconfig(plain.name, plain.email))
    if level == "none":
        return spec.with_files(files)
    files |= {f"./.git/{path}": file for path, file in render_git_folder(plain).items()}
    if "dirty" in parse_settings(level):
        files |= _DIRTY_FILES
    folders = (*spec.directories, *(f"./.git/{path}" for path in EMPTY_FOLDERS))
    return msgspec.structs.replace(
        spec.with_files(files), directories=tuple(dict.fromkeys(folders))
    )


def strategy() -> SearchStrategy[str]:
    """Invented identities, remotes and branches; shrinks to one setting of one word."""
    from hypothesis import strategies as st

    def identity(seed: int) -> str:
        from faker import Faker

        maker = Faker()
        maker.seed_instance(seed)
        return f"email={maker.safe_email()};name={maker.name()}"

    word = st.sampled_from(("app", "blog", "core", "docs", "tools"))
    forge = st.sampled_from(
        (
            "git.example.com",
            "bitbucket.org",
            "codeberg.org",
            "gitee.com",
            "github.com",
            "gitlab.com",
            "gitverse.ru",
            "dev.azure.com",
        )
    )
    return st.one_of(
        word.map("branch={}".format),
        st.builds("branch={}/{}".format, word, word),
        st.builds("remote=https://{}/{}/{}.git".format, forge, word, word),
        st.builds("remote=git@{}:{}/{}.git".format, forge, word, word),
        st.integers(0, 9999).map(identity),
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """Remote, its host and path, e-mail, name, branch, and the newest commit."""
    if level == "none":
        return (EMAIL, NAME)
    plain = parse_repository(level)
    place = re.split(r"[@:/]+", plain.remote.removesuffix(".git"))
    path = "/".join(place[-2:]) if plain.remote else ""
    commit = newest_commit_id(plain)
    found = (plain.remote, path, plain.email, plain.name, plain.branch, commit, commit[:7])
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="git",
    summary="the repository of the working directory and the committer's identity",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
