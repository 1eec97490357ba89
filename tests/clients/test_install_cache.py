"""The cache of installed clients, with package managers that are scripts of this test."""

import base64
import hashlib
import json
import os
import stat
import sys
import textwrap

import msgspec
import pytest

from lab.clients import package_registries
from lab.clients.install_cache import InstallCache
from lab.clients.profile import InstallSource, Profile
from lab.errors import ClientError, MachineError

PROFILE = Profile(name="thing", argv=("thing",), install=InstallSource(npm="@scope/thing"))

NPM = """\
#!{python}
import json, os, pathlib, sys
here = pathlib.Path({folder!r})
with (here / "calls").open("a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
if (here / "broken").exists():
    sys.stderr.write("npm error code E404\\nnpm error 404 Not Found - thing\\n")
    sys.exit(1)
if sys.argv[1] == "view":
    print((here / "view").read_text())
    sys.exit(0)
target = pathlib.Path(sys.argv[sys.argv.index("--prefix") + 1])
module = target / "node_modules" / "@scope" / "thing"
module.mkdir(parents=True)
(target / "node_modules" / ".package-lock.json").write_text("registry")
(module / "cli.js").write_text("#!/usr/bin/env node\\n// " + sys.argv[-1])
(module / "cli.js").chmod(0o700)
(module / "data").write_text("x")
(module / "data").chmod(0o600)
if (here / "interrupted").exists():
    sys.exit(1)
"""


class Npm:
    """The fake, and what it was asked."""

    def __init__(self, folder):
        self.folder = folder
        self.answer('"1.2.3"')

    def answer(self, text):
        (self.folder / "view").write_text(text)

    def set(self, state, *, on=True):
        (self.folder / state).touch() if on else (self.folder / state).unlink()

    @property
    def calls(self):
        file = self.folder / "calls"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def installs(self):
        return [call for call in self.calls if call[0] == "install"]


@pytest.fixture
def npm(tmp_path, monkeypatch):
    folder = tmp_path / "npm"
    folder.mkdir()
    program = folder / "npm"
    program.write_text(NPM.format(python=sys.executable, folder=str(folder)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("lab.clients.install_cache._system_node", lambda: 22)
    return Npm(folder)


@pytest.fixture
def cache(tmp_path):
    return InstallCache(tmp_path / "clients")


def test_the_newest_is_asked_for_and_pinned(npm, cache):
    record = cache.get(PROFILE, None)
    assert record.version == "1.2.3"
    assert record.package == "npm @scope/thing"
    assert len(record.digest) == 64
    assert npm.calls[0] == ["view", "@scope/thing@latest", "version", "--json"]
    assert npm.installs[0][-1] == "@scope/thing@1.2.3"


def test_no_install_script_ever_runs(npm, cache):
    cache.get(PROFILE, "1.0.0")
    assert "--ignore-scripts" in npm.installs[0]


def test_an_exact_version_needs_no_question(npm, cache):
    cache.get(PROFILE, "1.0.0")
    assert [call[0] for call in npm.calls] == ["install"]


def test_the_newest_of_a_range(npm, cache):
    npm.answer('["2.0.0", "2.1.0"]')
    assert cache.get(PROFILE, "2").version == "2.1.0"


def test_a_version_that_nobody_published(npm, cache):
    npm.answer("")
    with pytest.raises(ClientError, match="has no version '99' of @scope/thing"):
        cache.get(PROFILE, "99")


def test_versions_stand_side_by_side_and_are_installed_once(npm, cache):
    first = cache.get(PROFILE, "1.0.0")
    second = cache.get(PROFILE, "2.0.0")
    assert first.digest != second.digest
    assert cache.get(PROFILE, "1.0.0") == first
    assert len(npm.installs) == 2
    assert cache.installed("thing") == (first, second)


def test_the_same_bytes_have_the_same_digest_whatever_the_umask(npm, tmp_path):
    before = os.umask(0o077)
    try:
        private = InstallCache(tmp_path / "a").get(PROFILE, "1.0.0")
    finally:
        os.umask(before)
    assert InstallCache(tmp_path / "b").get(PROFILE, "1.0.0").digest == private.digest


def test_everyone_may_read_what_was_installed(npm, cache):
    cache.get(PROFILE, "1.0.0")
    module = cache.folder("thing", "1.0.0") / "node_modules" / "@scope" / "thing"
    assert stat.S_IMODE((module / "cli.js").stat().st_mode) == 0o755
    assert stat.S_IMODE((module / "data").stat().st_mode) == 0o644
    assert not list(cache.root.glob("**/.package-lock.json"))


def test_client_code_is_never_committed(npm, cache):
    cache.get(PROFILE, "1.0.0")
    assert (cache.root / ".gitignore").read_text() == "*\n"


def test_an_interrupted_installation_is_begun_anew(npm, cache):
    npm.set("interrupted")
    with pytest.raises(ClientError):
        cache.get(PROFILE, "1.0.0")
    assert cache.installed() == ()
    rest = cache.folder("thing", "1.0.0") / "rest"
    rest.touch()
    npm.set("interrupted", on=False)
    cache.get(PROFILE, "1.0.0")
    assert not rest.exists()


def test_bytes_that_changed_are_refused(npm, cache):
    cache.get(PROFILE, "1.0.0")
    script = next(cache.root.glob("**/cli.js"))
    script.write_text("something else")
    with pytest.raises(ClientError, match="has changed since it was installed"):
        cache.get(PROFILE, "1.0.0")


def test_times_that_changed_are_forgiven_and_remembered(npm, cache):
    before = cache.get(PROFILE, "1.0.0")
    os.utime(next(cache.root.glob("**/cli.js")), (1, 1))
    after = cache.get(PROFILE, "1.0.0")
    assert after.digest == before.digest
    assert after.stamp != before.stamp
    assert cache.installed("thing") == (after,)


def test_another_package_of_the_same_name_is_not_taken_for_it(npm, cache):
    cache.get(PROFILE, "1.0.0")
    other = msgspec.structs.replace(PROFILE, install=InstallSource(npm="thing"))
    assert cache.get(other, "1.0.0").package == "npm thing"


def test_without_the_registry_the_newest_that_was_here_serves_and_is_said(npm, tmp_path):
    said = []
    cache = InstallCache(tmp_path / "clients", said.append)
    cache.get(PROFILE, None)
    cache.get(PROFILE, "0.9.0")
    npm.set("broken")
    assert cache.get(PROFILE, None).version == "1.2.3"
    assert "using 1.2.3" in said[-1]


def test_without_the_registry_and_with_nothing_here_the_reason_is_one_line(npm, cache):
    npm.set("broken")
    with pytest.raises(ClientError, match="npm failed: npm error 404 Not Found") as raised:
        cache.get(PROFILE, None)
    assert "\n" not in str(raised.value)


def test_a_machine_without_npm_gets_a_message(cache, monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(MachineError, match="npm is missing"):
        cache.get(PROFILE, "1.0.0")


@pytest.mark.parametrize(
    ("node", "system", "requested"),
    [
        (None, 18, None),
        (None, None, "22"),
        ("22", 20, "22"),
        ("20", None, "20"),
        ("20", 20, None),
        ("20", 24, None),
    ],
)
def test_a_newer_node_comes_along_where_the_machines_is_too_old(
    npm, cache, monkeypatch, node, system, requested
):
    asked = []
    monkeypatch.setattr("lab.clients.install_cache._system_node", lambda: system)
    monkeypatch.setattr(
        package_registries, "install_node_wheel", lambda major, folder: asked.append(major)
    )
    profile = msgspec.structs.replace(PROFILE, install=InstallSource(npm="thing", node=node))
    cache.get(profile, "1.0.0")
    assert asked == ([requested] if requested else [])


def test_a_damaged_record_names_itself(npm, cache):
    cache.get(PROFILE, "1.0.0")
    record = cache.root / "thing" / "1.0.0.json"
    record.write_text("{")
    with pytest.raises(ClientError, match=r"1\.0\.0\.json is damaged"):
        cache.get(PROFILE, "1.0.0")


def test_a_pypi_client_gets_its_own_environment_without_running_setup_code(tmp_path, monkeypatch):
    """A wheel made here, from a folder instead of an index."""
    wheel = tmp_path / "index" / "tiny_client-1.5-py3-none-any.whl"
    make_wheel(wheel)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    profile = Profile(name="tiny", argv=("tiny",), install=InstallSource(pypi="tiny-client"))
    cache = InstallCache(tmp_path / "clients")
    record = cache.get(profile, None)
    assert record.version == "1.5"
    folder = cache.folder("tiny", "1.5")
    assert (folder / "bin" / "tiny").exists()
    (compiled,) = folder.glob("lib/*/site-packages/__pycache__/tiny_client*.pyc")
    assert b"/opt/tiny/lib/" in compiled.read_bytes()
    script = (folder / "bin" / "tiny").read_bytes()
    assert script.startswith(b"#!/opt/tiny/bin/python3\n")
    hashed = base64.urlsafe_b64encode(hashlib.sha256(script).digest()).rstrip(b"=").decode()
    (listing,) = folder.glob("lib/*/site-packages/tiny_client-1.5.dist-info/RECORD")
    assert f"bin/tiny,sha256={hashed},{len(script)}" in listing.read_text()
    # A path that is too long for #!, and holds a space, makes pip write another kind of script.
    again = InstallCache(tmp_path / ("long " * 30 + "path")).get(profile, "1.5")
    assert again.digest == record.digest
    holding = [
        file
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink() and os.fsencode(tmp_path) in file.read_bytes()
    ]
    assert holding == []


def test_an_environment_made_for_another_place_is_made_anew(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(
        package_registries,
        "pypi_install",
        lambda packages, folder, place: (folder.mkdir(), made.append(place)),
    )
    profile = Profile(name="tiny", argv=("tiny",), install=InstallSource(pypi="tiny-client"))
    cache = InstallCache(tmp_path)
    record = cache.get(profile, "1.5")
    (tmp_path / "tiny" / "1.5.json").write_bytes(
        msgspec.json.encode(msgspec.structs.replace(record, place=""))
    )
    cache.get(profile, "1.5")
    cache.get(profile, "1.5")
    assert made == ["/opt/tiny", "/opt/tiny"]


def test_links_lead_into_the_folder_wherever_it_is_shown(npm, cache, tmp_path, monkeypatch):
    def install(packages, folder):
        (folder / "bin").mkdir()
        (folder / "bin" / "absolute").symlink_to(folder / "lib" / "target")
        (folder / "bin" / "system").symlink_to("/usr/bin/env")
        (folder / "lib").mkdir()
        (folder / "lib" / "target").write_text("found")

    monkeypatch.setattr(package_registries, "npm_install", install)
    cache.get(PROFILE, "1.0.0")
    moved = cache.folder("thing", "1.0.0").rename(tmp_path / "moved")
    assert (moved / "bin" / "absolute").read_text() == "found"
    assert os.readlink(moved / "bin" / "system") == "/usr/bin/env"


def make_wheel(path):
    import zipfile

    info = "tiny_client-1.5.dist-info"
    members = {
        "tiny_client.py": "def main():\n    print('tiny')\n",
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-client\nVersion: 1.5\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ntiny = tiny_client:main\n",
    }
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, textwrap.dedent(text))
        record = "".join(f"{name},,\n" for name in [*members, f"{info}/RECORD"])
        archive.writestr(f"{info}/RECORD", record)
