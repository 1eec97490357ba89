"""The repository that is built here is one that Git itself finds in order."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from lab.factors.data.git_repository import TRACKED_FILES, newest_commit_id, render_git_folder
from lab.factors.git import FACTOR, parse_repository
from lab.factors.host_spec import BARE, File, HostSpec

ALL = (FACTOR.control, *FACTOR.levels)


@pytest.fixture
def working_copy(tmp_path: Path):
    """A function that writes a level's files and returns one that calls git in them."""
    if shutil.which("git") is None:
        pytest.fail("git is not installed; this test compares with it: apt-get install git")

    def write(level: str):
        settled = FACTOR.realise(level, BARE).settled()
        root = tmp_path / str(abs(hash(level)))
        for path in settled.directories:
            (root / path[1:]).mkdir(parents=True, exist_ok=True)
        for path, item in settled.files.items():
            assert isinstance(item, File)
            target = root / path[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(item.content)
            target.chmod(item.mode)
        project = root / settled.directory[1:]

        def git(*words: str) -> str:
            return subprocess.run(
                ("git", *words),
                cwd=project,
                env={
                    "HOME": str(root / settled.user.home[1:]),
                    "PATH": "/usr/local/bin:/usr/bin:/bin",
                    "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_CEILING_DIRECTORIES": str(tmp_path),
                    "LC_ALL": "C.UTF-8",
                },
                check=True,
                capture_output=True,
                text=True,
            ).stdout

        return git

    return write


@pytest.mark.parametrize("level", [level for level in ALL if level != "none"])
def test_git_finds_the_repository_in_order(working_copy, level: str):
    git = working_copy(level)
    plain = parse_repository(level)
    changes = git("status", "--porcelain").splitlines()
    assert changes == ([" M README.md", "?? notes.txt"] if level == "dirty" else [])
    assert git("fsck", "--full", "--strict") == ""
    assert git("log", "--format=%an|%ae|%ct|%s").splitlines() == [
        f"{plain.name}|{plain.email}|1788948000|Add up the arguments",
        f"{plain.name}|{plain.email}|1788861600|Begin",
    ]
    assert git("rev-parse", "HEAD").strip() == newest_commit_id(plain)
    assert git("branch", "--show-current").strip() == plain.branch
    assert git("ls-files").splitlines() == sorted(TRACKED_FILES)
    assert git("config", "user.name").strip() == plain.name
    assert git("config", "user.email").strip() == plain.email
    assert len(git("reflog").splitlines()) == 2
    remotes = git("remote", "-v").splitlines()
    assert [line.split()[1] for line in remotes] == [plain.remote] * 2 * bool(plain.remote)
    if plain.remote:
        assert "up to date with 'origin/main'" in git("status")


def test_git_finds_no_repository_at_none(working_copy):
    git = working_copy("none")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        git("status")
    assert "not a git repository" in caught.value.stderr
    assert git("config", "--global", "user.name").strip() == "Dev"


def test_a_commit_can_be_added(working_copy):
    git = working_copy("dirty")
    git("add", "-A")
    git("commit", "-m", "More")
    assert git("status", "--porcelain") == ""
    assert git("log", "-1", "--format=%an") == "Dev\n"


def test_an_awkward_name_survives_the_configuration(working_copy):
    level = FACTOR.parse("email=a@example.org;name=#1 O'Neil")
    assert working_copy(level)("config", "user.name") == "#1 O'Neil\n"


def test_the_bytes_are_the_same_every_time():
    plain = parse_repository(FACTOR.control)
    again = render_git_folder.__wrapped__(plain)
    assert again == render_git_folder(plain)
    assert newest_commit_id(plain) == "40498404ff9fef3056be6b24e4e03a0c232dd2e9"
    everything = b"".join(item.content for item in again.values())
    assert all(content in everything for content in TRACKED_FILES.values()), (
        "stored, not compressed"
    )


def test_the_working_copy_stays_where_it_is_without_a_repository():
    with_it, without = (FACTOR.realise(level, HostSpec()).files for level in ("plain", "none"))
    assert {path for path in with_it if not path.startswith("./.git/")} == set(without)


@pytest.mark.parametrize(
    "level",
    [
        "",
        "branch=",
        "branch=a..b",
        "branch=/a",
        "branch=x.lock",
        "branch=main/x",
        "branch=HEAD",
        "remote=nowhere",
        "colour=red",
        "email=a",
        "name=<b>",
        "remote=https://e.org/a b",
        "dirty=no",
        "plain;dirty",
    ],
)
def test_what_git_would_refuse_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_settings_have_one_order_and_leave_out_the_control():
    assert FACTOR.parse("name=A B;dirty;branch=main") == "dirty;name=A B"
    assert FACTOR.parse("branch=main") == "plain"


def test_other_folders_are_kept():
    base = msgspec.structs.replace(BARE, directories=("/var/x",))
    assert FACTOR.realise("plain", base).directories[0] == "/var/x"
