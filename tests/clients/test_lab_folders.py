"""The lab's own folders: found wherever they lie, and nobody's program."""

import pytest

from lab.clients import lab_folders
from lab.clients.lab_folders import find_lab_folders, is_lab_folder, refuse_lab_folders
from lab.errors import UsageError

AUDIT = ("trials.sqlite", "blobs/")
RUN = ("run.json", "bodies/")
HOME = ("authority/authority.pem",)


def holding(folder, names):
    for name in names:
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.touch()
    return folder


@pytest.mark.parametrize("names", [AUDIT, RUN, HOME])
def test_what_the_lab_writes_is_known_again(tmp_path, names):
    assert is_lab_folder(str(holding(tmp_path, names)))


def test_the_code_knows_what_the_lab_really_writes(tmp_path):
    from lab.internet.certificate_authority import CertificateAuthority
    from lab.store import SqliteStore

    CertificateAuthority.load(tmp_path / "home" / "authority")
    SqliteStore(tmp_path / "audit").close()
    assert find_lab_folders([str(tmp_path)], tmp_path / "home") == (
        str(tmp_path / "audit"),
        str(tmp_path / "home"),
    )


@pytest.mark.parametrize("names", [["trials.sqlite"], ["blobs/"], ["run.json"], ["authority/"]])
def test_half_a_sign_is_somebody_elses(tmp_path, names):
    assert not is_lab_folder(str(holding(tmp_path, names)))


def test_they_are_found_below_a_root_also_through_a_link(tmp_path):
    audit = holding(tmp_path / "agent" / "a" / "b", AUDIT)
    (tmp_path / "link").symlink_to("agent")
    home = tmp_path / "elsewhere"
    assert find_lab_folders([str(tmp_path / "link")], home) == (str(audit), str(home))
    assert find_lab_folders([], home) == (str(home),)


def test_the_search_ends(tmp_path, monkeypatch):
    holding(tmp_path / "near", AUDIT)
    holding(tmp_path / "folder" / "far", AUDIT)
    monkeypatch.setattr(lab_folders, "MAX_FOLDERS", 3)
    assert find_lab_folders([str(tmp_path)], tmp_path / "near") == (str(tmp_path / "near"),)


def test_a_program_among_them_is_refused(tmp_path):
    (tmp_path / "home" / "x").mkdir(parents=True)
    (tmp_path / "link").symlink_to("home/x")
    refuse_lab_folders([str(tmp_path), f"{tmp_path}/home2"], [f"{tmp_path}/home"])
    for path in ("home", "home/x", "link"):
        with pytest.raises(UsageError, match="no client may see"):
            refuse_lab_folders([f"{tmp_path}/{path}"], [f"{tmp_path}/home"])
