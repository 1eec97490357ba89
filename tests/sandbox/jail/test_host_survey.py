"""Facts about the host: which of its paths become mounts, and which stay hidden."""

from __future__ import annotations

import msgspec
import pytest

from lab.errors import UsageError
from lab.factors.host_spec import BARE
from lab.sandbox.jail import host_survey
from lab.sandbox.jail.host_facts import HostFacts, Mount
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.jail import Jail

JAIL = Jail(BARE.settled(), ("true",))


@pytest.fixture
def survey(monkeypatch, tmp_path):
    """Survey for a jail with these changes; no locale is compiled."""
    monkeypatch.setattr(host_survey, "make_locale_folder", lambda locales, cache: cache)

    def run(**changes) -> HostFacts:
        return survey_host(msgspec.structs.replace(JAIL, **changes), tmp_path / "cache", 1.8e9)

    return run


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "src"
    (made / "lab" / "inner").mkdir(parents=True)
    (made / "file").touch()
    return made


def test_folders_and_files_are_mounted_at_their_own_path(survey, folder):
    file = folder.parent / "alone"
    file.touch()
    assert survey(readable=(str(folder), str(file))).mounts == (
        Mount(str(file), directory=False),
        Mount(str(folder), source=str(folder)),
    )


def test_a_path_within_another_is_not_mounted_twice(survey, folder):
    found = survey(readable=(str(folder / "lab"), str(folder)))
    assert [each.path for each in found.mounts] == [str(folder)]


def test_the_system_is_there_already(survey):
    assert survey(readable=("/usr/bin/env", "/bin/sh", "//usr/bin")).mounts == ()


def test_where_the_jail_has_its_own_folder_the_entries_are_mounted(survey, folder):
    (folder / "link").symlink_to("file")
    spec = msgspec.structs.replace(BARE, directory=str(folder / "lab")).settled()
    assert survey(readable=(str(folder),), spec=spec).mounts == (
        Mount(str(folder / "file"), directory=False),
        Mount(str(folder / "lab" / "inner"), source=str(folder / "lab" / "inner")),
        Mount(str(folder / "link"), target="file"),
    )


def test_hidden_folders_are_found_within_mounts_under_every_path(survey, folder):
    found = survey(
        readable=(str(folder),),
        mapped_folders=((str(folder), "/opt/x"),),
        hidden=(str(folder / "lab"), str(folder / "lab" / "inner"), "/no/such"),
    )
    assert found.hidden_paths == ("/opt/x/lab", str(folder / "lab"))


@pytest.mark.parametrize("path", ["/", "/proc/1", "//etc", "relative", "/no/such/path"])
def test_what_would_reveal_the_host_or_is_not_there_is_refused(survey, path):
    with pytest.raises(UsageError, match="cannot be shown to the client"):
        survey(readable=(path,))


@pytest.mark.parametrize("inside", ["/etc/x", "/usr/x", "opt/x"])
def test_a_folder_is_not_mapped_into_the_system(survey, folder, inside):
    with pytest.raises(UsageError, match="nothing of the host can be shown"):
        survey(mapped_folders=((str(folder), inside),))


def test_without_a_clock_the_client_starts_now(survey):
    found = survey(spec=msgspec.structs.replace(JAIL.spec, clock=None))
    assert found.start_time == 1.8e9
    assert found.clock_files == {}


def test_entries_of_proc_are_named_by_what_they_are(tmp_path):
    for name in ("7", "sys"):
        (tmp_path / name).mkdir()
    (tmp_path / "stat").touch(0o444)
    (tmp_path / "kcore").touch(0o400)
    (tmp_path / "self").symlink_to("7")
    found = host_survey._list_proc_entries(tmp_path, root=True)
    assert found == {"kcore": "closed", "stat": "file", "sys": "folder"}
    ordinary = host_survey._list_proc_entries(tmp_path, root=False)
    assert ordinary == {"stat": "file", "sys": "folder"}
