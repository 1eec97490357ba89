"""Git itself accepts the repository, and finds the working copy clean."""

import shutil
import subprocess
from pathlib import Path

import pytest

from lab.factors.data.git_repository import (
    EMPTY_FOLDERS,
    TRACKED_FILES,
    Repository,
    newest_commit_id,
    render_git_folder,
    render_gitconfig,
)

REPOSITORY = Repository(
    "Ana Lee", "ana@example.org", branch="feature/x", remote="https://g.example/a.git"
)


def git(folder: Path, *words: str) -> str:
    command = ["git", "-c", "safe.directory=*", "-C", str(folder), *words]
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return done.stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    if shutil.which("git") is None:
        pytest.skip("this machine has no git")
    for name in EMPTY_FOLDERS:
        (tmp_path / ".git" / name).mkdir(parents=True)
    for name, file in render_git_folder(REPOSITORY).items():
        path = tmp_path / ".git" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
    for name, content in TRACKED_FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


def test_git_finds_no_error_and_a_clean_working_copy(checkout: Path):
    git(checkout, "fsck", "--strict")
    assert git(checkout, "status", "--porcelain") == ""


def test_git_reads_what_the_description_says(checkout: Path):
    assert git(checkout, "branch", "--show-current") == "feature/x"
    assert git(checkout, "remote", "get-url", "origin") == "https://g.example/a.git"
    assert git(checkout, "log", "-1", "--format=%H %an %ae") == (
        f"{newest_commit_id(REPOSITORY)} Ana Lee ana@example.org"
    )


def test_the_bytes_are_the_same_every_time():
    render_git_folder.cache_clear()
    one = render_git_folder(REPOSITORY)
    render_git_folder.cache_clear()
    assert render_git_folder(REPOSITORY) == one


@pytest.mark.parametrize("name", ["Ana Lee", 'Ana "Lee"', "Ana; Lee", "Ana\\Lee", "Ana #1"])
def test_gitconfig_has_the_identity_as_git_reads_it(tmp_path: Path, name: str):
    if shutil.which("git") is None:
        pytest.skip("this machine has no git")
    (tmp_path / "config").write_bytes(render_gitconfig(name, "ana@example.org"))
    assert git(tmp_path, "config", "-f", str(tmp_path / "config"), "user.name") == name
