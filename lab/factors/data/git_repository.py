"""A small Git repository, built from its description alone: the same bytes every time.

The objects are written without compression (a zlib stream may hold stored blocks), because
compressed bytes differ between versions of zlib.  The index has no times and no inode numbers,
because those belong to the machine: Git then compares contents once and finds the working copy
clean.

Formats: gitrepository-layout(5), gitformat-index(5), git-config(1).
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from functools import lru_cache

import msgspec
from dulwich.index import IndexEntry, write_index_dict
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from lab.factors.host_spec import File

__all__ = [
    "EMPTY_FOLDERS",
    "TRACKED_FILES",
    "Repository",
    "newest_commit_id",
    "render_git_folder",
    "render_gitconfig",
]

TRACKED_FILES: Mapping[str, bytes] = {
    ".gitignore": b"__pycache__/\n*.log\n",
    "README.md": b"# Project\n\nAdds numbers.\n\n    python3 main.py 1 2 3\n",
    "main.py": (
        b"import sys\n\n\n"
        b"def total(words: list[str]) -> int:\n"
        b"    return sum(int(word) for word in words)\n\n\n"
        b'if __name__ == "__main__":\n'
        b"    print(total(sys.argv[1:]))\n"
    ),
}
"""The tracked files, all in one folder; they exist without a repository too."""

EMPTY_FOLDERS = (
    "branches",
    "hooks",
    "objects/info",
    "objects/pack",
    "refs/tags",
)
"""Folders that ``git init`` makes and that stay empty here."""

_HISTORY = (
    ("Begin", (".gitignore", "README.md"), 1_788_861_600),
    ("Add up the arguments", tuple(TRACKED_FILES), 1_788_948_000),
)
"""Message, files, Unix time: two commits in the week before the control of the clock."""

_REGULAR = 0o100644


class Repository(msgspec.Struct, frozen=True):
    """The description of a repository; everything else is the same in all of them."""

    name: str
    email: str
    branch: str = "main"
    remote: str = ""


def _commits(repository: Repository) -> tuple[list[ShaFile], ObjectID]:
    """All objects, and the id of the newest commit."""
    who = f"{repository.name} <{repository.email}>".encode()
    objects: list[ShaFile] = []
    parents: list[ObjectID] = []
    for message, names, moment in _HISTORY:
        tree = Tree()
        for name in names:
            blob = Blob.from_string(TRACKED_FILES[name])
            tree.add(name.encode(), _REGULAR, blob.id)
            objects.append(blob)
        commit = Commit()
        commit.tree = tree.id
        commit.parents = parents
        commit.author = commit.committer = who
        commit.author_time = commit.commit_time = moment
        commit.author_timezone = commit.commit_timezone = 0
        commit.message = f"{message}\n".encode()
        objects += [tree, commit]
        parents = [commit.id]
    return objects, parents[0]


def _index() -> bytes:
    entries = {
        name.encode(): IndexEntry(
            ctime=0,
            mtime=0,
            dev=0,
            ino=0,
            mode=_REGULAR,
            uid=0,
            gid=0,
            size=len(content),
            sha=Blob.from_string(content).id,
        )
        for name, content in TRACKED_FILES.items()
    }
    stream = io.BytesIO()
    write_index_dict(stream, entries, version=2)
    return stream.getvalue() + hashlib.sha1(stream.getvalue()).digest()


def _reflog(repository: Repository, commits: list[Commit]) -> bytes:
    lines: list[str] = []
    before = "0" * 40
    for commit in commits:
        message = commit.message.decode().strip()
        kind = "commit" if lines else "commit (initial)"
        lines.append(
            f"{before} {commit.id.decode()} {repository.name} <{repository.email}> "
            f"{commit.commit_time} +0000\t{kind}: {message}\n"
        )
        before = commit.id.decode()
    return "".join(lines).encode()


def render_gitconfig(name: str, email: str) -> bytes:
    """A ``~/.gitconfig`` with this identity."""
    return (
        f"[user]\n\tname = {_quote(name)}\n\temail = {_quote(email)}\n"
        "[init]\n\tdefaultBranch = main\n"
    ).encode()


def _quote(value: str) -> str:
    """A value of git-config(1), quoted where its first form would be read otherwise."""
    if not any(letter in '"\\#;' for letter in value) and value == value.strip():
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def newest_commit_id(repository: Repository) -> str:
    """The id of the newest commit, in hexadecimal."""
    return _commits(repository)[1].decode()


@lru_cache(maxsize=256)
def render_git_folder(repository: Repository) -> Mapping[str, File]:
    """The files below ``.git``, by their path in it.  The caller must not change the mapping."""
    objects, newest = _commits(repository)
    reference = newest + b"\n"
    config = (
        "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = false\n"
        "\tlogallrefupdates = true\n"
    )
    files = {
        f"objects/{item.id[:2].decode()}/{item.id[2:].decode()}": File(
            item.as_legacy_object(compression_level=0), 0o444
        )
        for item in objects
    }
    log = File(_reflog(repository, [item for item in objects if isinstance(item, Commit)]))
    branches = sorted({"main", repository.branch})
    for branch in branches:
        files[f"refs/heads/{branch}"] = File(reference)
        files[f"logs/refs/heads/{branch}"] = log
    if repository.remote:
        config += (
            f'[remote "origin"]\n\turl = {_quote(repository.remote)}\n'
            "\tfetch = +refs/heads/*:refs/remotes/origin/*\n"
        )
        config += "".join(
            f'[branch "{branch}"]\n\tremote = origin\n\tmerge = refs/heads/{branch}\n'
            for branch in branches
        )
        files["refs/remotes/origin/HEAD"] = File(b"ref: refs/remotes/origin/main\n")
        for branch in branches:
            files[f"refs/remotes/origin/{branch}"] = File(reference)
    files["HEAD"] = File(f"ref: refs/heads/{repository.branch}\n".encode())
    files["logs/HEAD"] = log
    files["config"] = File(config.encode())
    files["description"] = File(
        b"Unnamed repository; edit this file 'description' to name the repository.\n"
    )
    files["info/exclude"] = File(b"# Patterns that only this copy ignores.\n")
    files["index"] = File(_index())
    return files
