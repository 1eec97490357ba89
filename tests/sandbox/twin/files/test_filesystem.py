"""The client's files: the jail's tree and the jail's rules, for all that Python does with files."""

from __future__ import annotations

import errno
import glob
import io
import json
import os
import pathlib
import shutil
import stat
import sys
import tempfile
import zipfile
import zoneinfo

import pytest

from lab.factors.host_spec import BARE, Directory, File, Link


def shown_for_the_interpreter(top):
    """What the twin has to show in a top folder, where the interpreter itself lies there."""
    folders = [pathlib.Path(os.path.realpath(each)) for each in (sys.prefix, sys.base_prefix)]
    return {each.parts[2] for each in folders if each.parts[1] == top}


IN_TMP = sorted(shown_for_the_interpreter("tmp"))
IN_HOME = sorted({"dev", *shown_for_the_interpreter("home")})


def attempt(function, *words):
    try:
        return function(*words)
    except OSError as error:
        return errno.errorcode[error.errno]


def test_they_are_those_of_the_plan(observe):
    base = BARE.with_files(
        {
            "~/.tool/config.json": File(b'{"a": 1}', 0o600, modified=1_000_000_000.0),
            "./notes.txt": File("Grüße\n".encode()),
            "~/link": Link("project/notes.txt"),
            "~/big": File(b"begin", size=1 << 20),
        }
    )

    def look():
        config = os.path.expanduser("~/.tool/config.json")
        with open("notes.txt", encoding="utf-8") as notes:
            text = notes.read()
        big = pathlib.Path("~/big").expanduser().read_bytes()
        return [
            json.loads(pathlib.Path(config).read_text()),
            stat.filemode(os.stat(config).st_mode),
            os.stat(config).st_mtime,
            os.stat(config).st_uid,
            text,
            os.readlink(os.path.expanduser("~/link")),
            pathlib.Path("~/link").expanduser().read_text(),
            len(big),
            big[:8].decode(),
            sorted(os.listdir(os.path.expanduser("~"))),
            sorted(path.name for path in pathlib.Path().iterdir()),
        ]

    assert observe.result_of(look, {"user": "sam:Sam:501:/Users/sam:/bin/sh"}, base=base) == [
        {"a": 1},
        "-rw-------",
        1_000_000_000.0,
        501,
        "Grüße\n",
        "project/notes.txt",
        "Grüße\n",
        1 << 20,
        "begin\0\0\0",
        [".tool", "big", "link", "project"],
        ["notes.txt"],
    ]


def test_no_file_of_the_host_shows_but_what_a_jail_shows(observe, tmp_path):
    (tmp_path / "secret").write_text("x")

    def look():
        return [
            os.path.exists(str(tmp_path)),
            attempt(open, str(tmp_path / "secret")),
            sorted(os.listdir("/home")),
            os.path.isfile("/usr/bin/env"),
            os.path.isdir("/bin"),
            sorted(os.listdir("/tmp")),
        ]

    assert observe.result_of(look) == [False, "ENOENT", IN_HOME, True, True, IN_TMP]


def test_a_readable_folder_shows_and_cannot_be_changed(observe, tmp_path):
    folder = tmp_path / "data"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "words.txt").write_text("one two")
    (folder / "link").symlink_to("inner/words.txt")

    def look():
        inner = folder / "inner" / "words.txt"
        return [
            inner.read_text(),
            (folder / "link").read_text(),
            sorted(os.listdir(folder)),
            [sorted(files) for _, _, files in os.walk(folder)],
            attempt(lambda: inner.write_text("three")),
            attempt(lambda: os.remove(inner)),
            attempt(lambda: os.mkdir(folder / "new")),
        ]

    assert observe.result_of(look, readable=(str(folder),)) == [
        "one two",
        "one two",
        ["inner", "link"],
        [["link"], ["words.txt"]],
        "EROFS",
        "EROFS",
        "EROFS",
    ]
    assert (folder / "inner" / "words.txt").read_text() == "one two"


class TestWriting:
    def test_stays_in_the_twin(self, observe):
        def write():
            for place in ("/tmp/x", "/var/x", "/run/x", "/dev/shm/x", "~/x", "x"):
                pathlib.Path(os.path.expanduser(place)).write_text("x")
            return stat.filemode(os.stat("x").st_mode), os.stat("x").st_uid

        assert observe.result_of(write) == ["-rw-r--r--", 1000]
        assert not any(map(os.path.exists, ("/tmp/x", "/var/x", "/run/x", "/dev/shm/x", "x")))

    @pytest.mark.parametrize("user", ["dev", "root:root:0:/root:/bin/bash"])
    def test_elsewhere_is_refused_as_in_a_jail(self, observe, user):
        def write():
            return [
                attempt(open, "/etc/x", "w"),
                attempt(open, "/usr/x", "w"),
                attempt(os.open, "/x", os.O_CREAT | os.O_WRONLY),
                attempt(os.mkdir, "/etc/y"),
                attempt(os.mkdir, "/etc"),
                attempt(os.remove, "/etc/passwd"),
                attempt(os.chmod, "/etc/passwd", 0o600),
                attempt(os.rename, "/etc/passwd", "/tmp/passwd"),
                attempt(os.rename, "/etc/passwd", "/etc/other"),
                attempt(os.symlink, "a", "/opt/b"),
                attempt(open, "/nowhere/x", "w"),
                attempt(os.chroot, "/tmp"),
                os.access("/etc", os.W_OK),
                os.access("/tmp", os.W_OK),
                bool(os.statvfs("/etc").f_flag & os.ST_RDONLY),
                bool(os.statvfs("/tmp").f_flag & os.ST_RDONLY),
            ]

        assert observe.result_of(write, {"user": user}) == [
            "EROFS", "EROFS", "EROFS", "EROFS", "EEXIST", "EROFS", "EROFS", "EXDEV", "EROFS",
            "EROFS", "ENOENT", "EPERM", False, True, True, False,
        ]  # fmt: skip

    def test_a_file_that_nobody_closes_is_written(self, observe):
        def write():
            json.dump({"a": 1}, open("left.json", "w"))  # noqa: SIM115
            return pathlib.Path("left.json").read_text()

        assert observe.result_of(write) == '{"a": 1}'

    def test_new_files_are_dated_by_the_clients_clock(self, observe):
        def write():
            pathlib.Path("new").touch()
            pathlib.Path("old").write_text("x")
            return [os.stat(name).st_mtime for name in ("new", "old")]

        found = observe.result_of(write, {"clock": "2028-02-29T12:00:00Z"})
        assert all(1_835_438_400 <= each < 1_835_438_460 for each in found), found

    def test_the_umask_is_the_trials(self, observe):
        def write():
            before = os.umask(0o077)
            pathlib.Path("private").write_text("x")
            os.close(os.open("low", os.O_CREAT | os.O_WRONLY, 0o666))
            return before, *(stat.filemode(os.stat(each).st_mode) for each in ("private", "low"))

        mask = os.umask(0o022)
        os.umask(mask)
        assert observe.result_of(write) == [0o022, "-rw-------", "-rw-------"]
        assert os.umask(mask) == mask


def test_libraries_find_what_they_need(observe):
    def use():
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder, "a.txt")
            path.write_text("alpha")
            shutil.copytree(folder, "copy")
            with zipfile.ZipFile("pack.zip", "w") as pack:
                pack.write(path, "a.txt")
        with tempfile.NamedTemporaryFile("w", dir=".") as named:
            named.write("x")
            named.flush()
            size = os.path.getsize(named.name)
        with zipfile.ZipFile("pack.zip") as pack:
            names = pack.namelist()
        os.replace("pack.zip", "renamed.zip")
        shutil.copy2("copy/a.txt", "b.txt")
        shutil.rmtree("copy")
        return [
            os.path.exists(folder),
            size,
            names,
            sorted(glob.glob("*")),
            sorted(os.listdir("/tmp")),
            str(zoneinfo.ZoneInfo("Asia/Tokyo").utcoffset(None)),
            io.FileIO("b.txt").read().decode(),
            tempfile.gettempdir(),
        ]

    assert observe.result_of(use) == [
        False, 1, ["a.txt"], ["b.txt", "renamed.zip"], IN_TMP, "None", "alpha", "/tmp",
    ]  # fmt: skip


class TestDescriptors:
    def test_work_as_numbers(self, observe):
        def use():
            number = os.open("low", os.O_RDWR | os.O_CREAT, 0o600)
            os.write(number, b"abcdef")
            os.lseek(number, 2, os.SEEK_SET)
            with open(os.dup(number), "rb") as copy:
                whole = copy.read().decode()
            found = [os.read(number, 2).decode(), os.fstat(number).st_size, os.isatty(number)]
            os.close(number)
            return *found, whole, attempt(os.read, number, 1)

        assert observe.result_of(use) == ["cd", 6, False, "abcdef", "EBADF"]

    def test_of_pipes_are_the_systems(self, observe):
        def use():
            reading, writing = os.pipe()
            os.write(writing, b"through")
            os.close(writing)
            with open(reading, "rb") as file:
                return file.read().decode()

        assert observe.result_of(use) == "through"

    def test_opening_what_exists_leaves_its_mode(self, observe):
        def use():
            before = os.stat("/usr/bin/env").st_mode, os.stat("/etc/passwd").st_mode
            for path in ("/usr/bin/env", "/etc/passwd"):
                os.close(os.open(path, os.O_RDONLY))
            return before == (os.stat("/usr/bin/env").st_mode, os.stat("/etc/passwd").st_mode)

        assert observe.result_of(use) is True


def test_devices(observe):
    def use():
        with open("/dev/null", "w") as nothing:
            nothing.write("gone")
        with open("/dev/urandom", "rb") as random:
            drawn = [random.read(16), os.urandom(16)]
        with open("/dev/zero", "rb") as zero:
            return [
                pathlib.Path("/dev/null").read_text(),
                len({*drawn}),
                zero.read(3).hex(),
                stat.filemode(os.stat("/dev/null").st_mode),
                os.readlink("/dev/stdin"),
            ]

    assert observe.result_of(use) == ["", 2, "000000", "crw-rw-rw-", "/proc/self/fd/0"]


def test_folders_without_rights_are_closed_to_others(observe):
    base = BARE.with_files(
        {"/srv/closed/x": File(b"x", owner=0), "/srv/closed": Directory(0o700, owner=0)}
    )
    assert observe.result_of(lambda: attempt(open, "/srv/closed/x"), base=base) == "EACCES"
