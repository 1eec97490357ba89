"""One tree, two realisations: a program that reads everything finds no difference.

The program is one text.  It runs on trees that were planted in a folder of this machine, in a
cell, and with pyfakefs in the place of its ``os`` and ``open``.

What pyfakefs answers otherwise, whoever filled it, is left out of the program or the trees:
``is_file`` of a directory's entry that is a dangling link; a link's target with ``..`` behind
another link; a directory that its owner may not enter.  Where a chain of links leads out of
the tree, only its beginning is compared.

The superuser reads a file of any mode, so in a folder both sides read as the user who runs
the test; that modes count is shown in the cell, whose client is an ordinary user.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from pyfakefs.fake_filesystem import FakeFilesystem, set_gid, set_uid
from pyfakefs.fake_open import FakeFileOpen
from pyfakefs.fake_os import FakeOsModule

from lab.errors import UsageError
from lab.factors.filetree import Directory, File, FileTree, Item, Link
from lab.factors.filetree_strategies import homes, projects
from lab.factors.host_spec import BARE, HostSpec
from lab.sandbox.jail.host_facts import HostFacts
from lab.sandbox.jail.host_survey import survey_host
from lab.sandbox.jail.jail import Jail
from lab.sandbox.jail.plan import plan_jail
from lab.sandbox.jail.tree_writer import write_tree
from lab.sandbox.twin.files.populate_fakefs import populate, reset

AT = 1_789_560_000.25
SEED = st.integers(0, 2**31)

READER = '''
import hashlib

def listing(os, open, roots, skipped, counts):
    """What there is to read at and below the roots, line by line."""
    lines = []

    def content(path):
        try:
            with open(path, "rb") as file:
                read = file.read()
            with open(path, encoding="latin-1") as file:
                assert file.read(3) == read[:3].decode("latin-1") or b"\\r" in read[:3]
        except OSError as failure:
            return type(failure).__name__
        return hashlib.sha256(read).hexdigest()

    def stays(path):
        for _ in range(50):
            if not os.path.islink(path):
                return True
            target = os.readlink(path)
            if target.startswith("/"):
                return False
            path = os.path.join(os.path.dirname(path), target)
        return True

    def look(path):
        found = os.lstat(path)
        kind = found.st_mode >> 12
        line = [path, oct(found.st_mode), found.st_uid, found.st_gid, found.st_mtime_ns]
        if kind != 4 or counts:
            line += [found.st_size, found.st_nlink]
        if os.path.islink(path):
            line.append(os.readlink(path))
            if stays(path):
                line += [os.path.exists(path), os.path.isdir(path)]
                if os.path.isfile(path) and os.stat(path).st_size < 1 << 24:
                    line.append(content(path))
        elif kind == 8 and found.st_size < 1 << 24:
            line.append(content(path))
        lines.append(line)

    for root in roots:
        look(root)
        for folder, names, files in os.walk(root):
            names[:] = sorted(set(names) - set(skipped))
            inside = sorted(set(os.listdir(folder)) - set(skipped))
            assert inside == sorted({*names, *files} - set(skipped))
            with os.scandir(folder) as entries:
                kinds = [(each.name, each.is_symlink(), each.is_dir(follow_symlinks=False))
                    for each in entries if each.name not in skipped]
            lines.append([folder, sorted(kinds)])
            for name in inside:
                look(os.path.join(folder, name))
    return json.loads(json.dumps(lines))
'''
MAIN = (
    READER + "import json, os, sys\nprint(json.dumps(listing(os, open, *json.loads(sys.argv[1]))))"
)


def read(system: object, opening: object, *words: object) -> list[list[object]]:
    """What the program says with these in the place of ``os`` and ``open``."""
    names: dict[str, object] = {"json": json}
    exec(READER, names)
    return names["listing"](system, opening, *words)  # type: ignore[operator]


def read_fake(filesystem: FakeFilesystem, uid: int, gid: int, *words: object) -> list[list[object]]:
    before = os.getuid(), os.getgid()
    set_uid(uid)
    set_gid(gid)
    try:
        return read(FakeOsModule(filesystem), FakeFileOpen(filesystem), *words)
    finally:
        set_uid(before[0])
        set_gid(before[1])


def alike_in_a_folder(filesystem: FakeFilesystem, tree: FileTree) -> None:
    """Both realisations, read by whoever runs this, at the same path."""
    uid, gid = os.geteuid(), os.getegid()
    with tempfile.TemporaryDirectory() as folder:
        reset(filesystem)
        populate(filesystem, tree.move_below(folder).with_parents().mapping, AT, uid, gid)
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            write_tree(opened, tree.move_below("/").with_parents().mapping, AT)
        finally:
            os.close(opened)
        roots = sorted({f"{folder}/{path.split('/')[1]}" for path, _ in tree.entries})
        real = read(os, open, roots, [], False)
        assert real == read_fake(filesystem, uid, gid, roots, [], False)


@pytest.fixture(scope="module")
def filesystem() -> FakeFilesystem:
    return FakeFilesystem()


CALM = settings(
    max_examples=60,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@CALM
@given(tree=st.one_of(homes(), projects()))
def test_a_folder_and_the_twin_look_the_same(filesystem: FakeFilesystem, tree: FileTree):
    alike_in_a_folder(filesystem, tree)


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1, max_size=5)
ODD_NAMES = NAMES.filter(lambda name: name not in {".", ".."}) | st.just("n" * 255)
UP = st.integers(0, 2).map("../".__mul__)
TARGETS = st.builds(str.__add__, UP, ODD_NAMES) | st.just(".")
MOMENTS = st.none() | st.floats(0, 2**31)
FILES = st.builds(File, st.binary(max_size=9), st.integers(0, 0o777), MOMENTS)
LONG = st.builds(File, st.binary(max_size=9), st.just(0o644), MOMENTS, st.integers(9, 9999))
FOLDERS = st.builds(Directory, st.integers(0, 0o77).map(0o500.__or__), MOMENTS)
ODD = st.one_of(FILES, LONG, FOLDERS, st.builds(Link, TARGETS))


@st.composite
def odd_trees(draw: st.DrawFn) -> FileTree:
    """Names, modes, times and links that are unusual."""
    items: dict[str, Item] = {}
    folders = [""]
    for _ in range(draw(st.integers(0, 8))):
        path = f"{draw(st.sampled_from(folders))}/{draw(ODD_NAMES)}"
        if path not in items:
            items[path] = draw(ODD)
            if isinstance(items[path], Directory):
                folders.append(path)
    return FileTree.of(items)


@CALM
@given(tree=odd_trees())
@example(FileTree.of({"/a": Link("a"), "/b": Link("c"), "/c": Link("b")}))
@example(FileTree.of({"/a/b": Link(".."), "/a/c": Link("b/a/d"), "/a/d": File(b"x")}))
@example(FileTree.of({"/a": File(b"x", 0), "/b": File(b"x", 0o4755), "/t": Directory(0o1777)}))
def test_so_they_do_for_odd_trees(filesystem: FakeFilesystem, tree: FileTree):
    alike_in_a_folder(filesystem, tree)


def in_a_cell(run, locale_cache: Path, filesystem: FakeFilesystem, files: FileTree) -> None:
    """The whole home and /etc, read in a cell, and from the twin of the same plan."""
    spec = HostSpec(files=files.mapping, clock=AT)
    roots = ["/home", "/etc", "/opt", "/run", "/srv", "/tmp", "/var"]
    # Shown from the host; holding the seconds by which the clock is off; leading to /proc.
    words = [roots, ["alternatives", "libclock.so", "mtab"], True]
    ended = run("/usr/bin/python3", "-I", "-c", MAIN, json.dumps(words), spec=spec)
    assert ended.code == 0, ended.stderr
    jail = Jail(spec.settled(), ("true",), ca_pem=b"a certificate\n")
    planned = plan_jail(jail, survey_host(jail, locale_cache, time.time()), "/tree")
    reset(filesystem)
    populate(filesystem, planned.tree, AT, 1000, 1000)
    assert json.loads(ended.stdout) == read_fake(filesystem, 1000, 1000, *words)


ETC = FileTree.of(
    {
        "/etc/apt/sources.list": File(b"deb https://deb.example.org/debian stable main\n"),
        "/etc/cron.d": Directory(),
        "/etc/sudoers.d/90-company": File(b"%company ALL=(ALL) ALL\n", 0o440),
        "/etc/systemd/system/company.service": File(b"[Service]\nExecStart=/opt/company\n"),
        "/etc/systemd/system/multi-user.target.wants/company.service": Link(
            "/etc/systemd/system/company.service"
        ),
        "/etc/systemd/system/sshd.service": Link("/lib/systemd/system/ssh.service"),
    }
)
"""What an administrator adds."""


@pytest.mark.cell
@settings(CALM, max_examples=6, suppress_health_check=list(HealthCheck))
@given(home=homes(), project=projects(), etc=st.just(ETC))
@example(
    home=FileTree.of(
        {"~": Directory(0o750, 1.6e9), "~/a": File(b"x", 0), "~/big": File(size=2**40)}
    ),
    project=FileTree.of(
        {".": Directory(0o700), "./shut": Directory(0o500), "./none": Link("/none")}
    ),
    etc=FileTree.of({"/etc": Directory(0o755, 1.5e9), "/etc/loop": Link("loop")}),
)
def test_a_cell_and_the_twin_look_the_same(
    run,
    locale_cache: Path,
    filesystem: FakeFilesystem,
    home: FileTree,
    project: FileTree,
    etc: FileTree,
):
    in_a_cell(run, locale_cache, filesystem, home.merge(project).merge(etc))


@given(home=homes(), project=projects())
@settings(CALM, max_examples=10)
def test_the_jail_is_completed_as_a_tree_is(home: FileTree, project: FileTree):
    spec = BARE.with_files(home.merge(project).mapping).settled()
    planned = plan_jail(Jail(spec, ("true",)), HostFacts(), "/tree").tree
    assert list(FileTree.of(planned).with_parents().entries) == list(planned.items())


@pytest.mark.cell
def test_a_cell_has_one_owner_and_says_so(run):
    files: dict[str, Item] = {"~/own": File(owner=1000), "~/folder": Directory(owner=1000)}
    ended = run("stat", "-c", "%u", "/home/dev/own", "/home/dev/folder", files=files)
    assert ended.stdout == b"1000\n1000\n"
    with pytest.raises(UsageError, match="/home/dev/secret cannot belong to user 0"):
        run("true", files={"~/secret": File(owner=0)})


@pytest.mark.cell
def test_the_hosts_umask_does_not_show(run):
    before = os.umask(0o077)
    try:
        ended = run("stat", "-c", "%a", "/", "/etc", "/home/dev", files={"~/a/b": File()})
    finally:
        os.umask(before)
    assert ended.stdout == b"755\n755\n700\n"
