"""From what the user typed to a client."""

import re

import pytest

from lab.clients.builtin_profiles import load_builtin_profiles
from lab.clients.profile import ProviderSettings
from lab.clients.resolve import find_profile, resolve
from lab.errors import ClientError, UsageError


@pytest.fixture
def probe(tmp_path):
    folder = tmp_path / "probe"
    folder.mkdir()
    script = folder / "probe.py"
    script.write_text("import helper\n")
    (folder / "helper.py").write_text("")
    return script


def installed(cache, name, version, files):
    """An installation as the cache would have recorded it, without any package manager."""
    import msgspec

    from lab.clients.digest import tree_digest, tree_stamp
    from lab.clients.install_cache import Installation, package_label

    folder = cache / name / version
    for path, text in files.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(0o755)
    record = Installation(
        place=f"/opt/{name}" if load_builtin_profiles()[name].install.pypi else "",
        name=name,
        version=version,
        package=package_label(load_builtin_profiles()[name]),
        extra=(),
        digest=tree_digest(folder),
        stamp=tree_stamp(folder),
        latest=False,
    )
    (cache / name / f"{version}.json").write_bytes(msgspec.json.encode(record))
    return folder


class TestPrograms:
    def test_a_script_run_as_it_is(self, probe):
        client = resolve(["--", "python3", str(probe), "--fast", "{prompt}"])
        assert client.name == "probe.py"
        assert client.program[0] in ("/usr/local/bin/python3", "/usr/bin/python3")
        assert client.program[1:] == (str(probe), "--fast", "{prompt}")
        assert client.readable == (str(probe.parent),)
        assert client.dynamic is True
        assert re.fullmatch("[0-9a-f]{64}", client.digest)

    def test_the_digest_covers_what_the_script_brings_along(self, probe):
        before = resolve(["--", "python3", str(probe)]).digest
        assert resolve(["--", "python3", str(probe)]).digest == before
        (probe.parent / "helper.py").write_text("changed = True")
        assert resolve(["--", "python3", str(probe)]).digest != before

    def test_the_labs_own_folders_are_no_part_of_it(self, probe, monkeypatch):
        monkeypatch.chdir(probe.parent)
        words = ["--", "/usr/bin/python3", str(probe)]
        before = resolve(words)
        for name in (".lab/audits/x/trials.sqlite", "out/trials.sqlite", "__pycache__/a.pyc"):
            (probe.parent / name).parent.mkdir(parents=True)
            (probe.parent / name).touch()
        (probe.parent / "out" / "blobs").mkdir()
        after = resolve(words)
        assert after.digest == before.digest
        assert before.hidden_folders == (str(probe.parent / ".lab"),)
        assert after.hidden_folders == (str(probe.parent / ".lab"), str(probe.parent / "out"))

    @pytest.mark.parametrize("home", [".", "..", "../probe"])
    def test_a_program_in_the_labs_home_is_refused(self, probe, home):
        with pytest.raises(UsageError, match="where the lab keeps its own files"):
            resolve(["--", "python3", str(probe)], probe.parent / home / "clients")

    def test_the_digest_covers_the_arguments(self, probe):
        one, two = (resolve(["--", "python3", str(probe), word]).digest for word in "ab")
        assert one != two

    def test_a_program_given_by_a_relative_path_is_made_absolute(self, probe, monkeypatch):
        monkeypatch.chdir(probe.parent)
        probe.write_text("#!/usr/bin/env python3\n")
        probe.chmod(0o755)
        client = resolve(["--", "./probe.py"])
        assert client.program == (str(probe),)
        assert client.readable == (str(probe.parent),)

    def test_a_relative_argument_stays_and_is_spoken_of(self, probe, monkeypatch):
        monkeypatch.chdir(probe.parent)
        said = []
        client = resolve(["--", "python3", "probe.py"], say=said.append)
        assert client.program[1] == "probe.py"
        assert len(said) == 1
        assert str(probe) in said[0]

    def test_it_gets_every_provider_and_fake_keys(self, probe):
        profile = resolve(["--", "python3", str(probe)]).profile
        assert len(profile.provider.protocols) == 4
        assert profile.environment["OPENAI_API_KEY"].endswith("0000")

    @pytest.mark.parametrize(
        ("words", "error", "said"),
        [
            (["--"], UsageError, "nothing follows --"),
            (["--", "no-such-program-here"], ClientError, "no program 'no-such-program-here' in"),
            (["--", "/no/such/program"], ClientError, "there is no such file"),
            (["--", "/etc/passwd"], ClientError, "not executable"),
            (["--", "/usr/bin"], ClientError, "there is no such file"),
        ],
    )
    def test_what_cannot_be_run(self, words, error, said):
        with pytest.raises(error, match=re.escape(said)):
            resolve(words)


class TestProfiles:
    def test_a_users_own(self, probe, tmp_path):
        file = tmp_path / "mine.toml"
        file.write_text(
            f'[client]\nname = "mine"\nversion = "3"\nargv = ["python3", "{probe}", "{{prompt}}"]\n'
        )
        client = resolve([str(file)])
        assert client.label == "mine@3"
        assert client.source == "profile"
        assert client.program[1:] == (str(probe), "{prompt}")
        assert client.readable == (str(probe.parent),)
        assert client.profile.provider == ProviderSettings()

    def test_the_digest_covers_the_profile(self, probe, tmp_path):
        file = tmp_path / "mine.toml"
        text = f'[client]\nname = "mine"\nargv = ["python3", "{probe}"]\n'
        file.write_text(text)
        before = resolve([str(file)]).digest
        file.write_text(text + '[environment]\nA = "1"\n')
        assert resolve([str(file)]).digest != before

    def test_a_program_beside_its_profile(self, probe, monkeypatch):
        file = probe.parent / "mine.toml"
        file.write_text('[client]\nname = "p"\nargv = ["/usr/bin/python3", "{folder}/probe.py"]\n')
        monkeypatch.chdir(probe.parent)
        for word in (str(file), "./mine.toml"):
            client = resolve([word])
            assert client.program == ("/usr/bin/python3", str(probe))
            assert str(probe.parent) in client.readable

    def test_a_file_that_is_not_there(self):
        with pytest.raises(UsageError, match=r"no\.toml: No such file"):
            resolve(["./no.toml"])

    def test_a_file_that_is_not_text(self, tmp_path):
        file = tmp_path / "mine.toml"
        file.write_bytes(b'name = "\xff"')
        with pytest.raises(ClientError, match="not UTF-8"):
            resolve([str(file)])

    def test_a_file_without_end(self, tmp_path):
        file = tmp_path / "endless.toml"
        file.symlink_to("/dev/zero")
        with pytest.raises(ClientError, match="longer than 1 MiB"):
            resolve([str(file)])


class TestNames:
    def test_a_version_that_is_a_script(self, tmp_path):
        path = "node_modules/@anthropic-ai/claude-code/cli.js"
        folder = installed(tmp_path, "claude-code", "2.1.112", {path: "#!/bin/sh\n"})
        client = resolve(["claude-code@2.1.112"], tmp_path)
        assert client.label == "claude-code@2.1.112"
        assert client.program[0] == f"/opt/claude-code/{path}"
        assert client.program[1:3] == ("-p", "{prompt}")
        assert client.readable == ()
        assert client.mounts == ((str(folder), "/opt/claude-code"),)
        assert client.profile.trust == ("NODE_EXTRA_CA_CERTS",)

    def test_a_version_that_is_native_beside_its_wrapper(self, tmp_path):
        native = "node_modules/@anthropic-ai/claude-code-linux-x64/claude"
        wrapper = "node_modules/@anthropic-ai/claude-code/cli.js"
        files = {native: "\x7fELF", wrapper: "#!/bin/sh\n"}
        installed(tmp_path, "claude-code", "2.1.202", files)
        client = resolve(["claude-code@2.1.202"], tmp_path)
        assert client.program[0] == f"/opt/claude-code/{native}"
        assert client.profile.trust == ()

    def test_versions_differ_in_digest(self, tmp_path):
        path = "node_modules/@anthropic-ai/claude-code/cli.js"
        installed(tmp_path, "claude-code", "1.0.0", {path: "#!/bin/sh\n"})
        installed(tmp_path, "claude-code", "1.0.1", {path: "#!/bin/sh\n# new\n"})
        old, new = (resolve([f"claude-code@1.0.{n}"], tmp_path) for n in (0, 1))
        assert old.digest != new.digest

    def test_a_node_that_came_along_is_found_first(self, tmp_path):
        files = {
            "node_modules/@google/gemini-cli/bundle/gemini.js": "#!/usr/bin/env node\n",
            "node/bin/node": "#!/bin/sh\n",
        }
        installed(tmp_path, "gemini-cli", "9.9.9", files)
        client = resolve(["gemini-cli@9.9.9"], tmp_path)
        assert client.search_path[0] == "/opt/gemini-cli/node/bin"
        assert client.dynamic is True

    def test_an_interpreter_of_its_own_is_looked_at_where_the_host_has_it(self, tmp_path):
        files = {
            "bin/aider": "#!/opt/aider/bin/python3\n",
            "bin/python3": "#!/usr/bin/env python3\n",
        }
        installed(tmp_path, "aider", "0.86.0", files)
        client = resolve(["aider@0.86.0"], tmp_path)
        assert client.program[0] == "/opt/aider/bin/aider"
        assert client.dynamic is True

    def test_what_it_runs_does_not_depend_on_where_it_is_kept(self, tmp_path):
        path = "node_modules/@mariozechner/pi-coding-agent/dist/cli.js"
        for name in ("here", "there"):
            installed(tmp_path / name, "pi", "1.0.0", {path: "#!/bin/sh\n"})
        here, there = (resolve(["pi@1.0.0"], tmp_path / name) for name in ("here", "there"))
        assert here.mounts != there.mounts
        assert (here.digest, here.program) == (there.digest, there.program)
        assert not any(str(tmp_path) in word for word in (*here.program, *here.search_path))

    def test_install_is_the_folder_inside(self, tmp_path, monkeypatch):
        file = tmp_path / "mine.toml"
        file.write_text(
            '[client]\nname = "pi"\nargv = ["{install}/run", "--root={install}", "/etc/hosts"]\n'
            '[install]\nnpm = "@mariozechner/pi-coding-agent"\nexecutable = "run"\n'
            '[environment]\nROOT = "{install}"\n[files.home]\n".rc" = "root={install}"\n'
        )
        installed(tmp_path, "pi", "1.0.0", {"run": "#!/bin/sh\n"})
        monkeypatch.setattr(
            "lab.clients.package_registries.resolve_npm_version", lambda *_: "1.0.0"
        )
        client = resolve([str(file)], tmp_path)
        assert client.hidden_folders == (str(tmp_path.parent),)
        assert client.program == ("/opt/pi/run", "--root=/opt/pi", "/etc/hosts")
        assert client.profile.environment["ROOT"] == "/opt/pi"
        assert client.profile.home_files[".rc"] == "root=/opt/pi"
        assert client.dynamic is True

    def test_a_path_that_would_be_where_the_client_is_shown(self, tmp_path, monkeypatch):
        folder = tmp_path / "own"
        folder.mkdir()
        cache = tmp_path / "home" / "clients"
        monkeypatch.setattr("lab.clients.resolve.jail_install_path", lambda name: str(tmp_path))
        file = tmp_path / "mine.toml"
        file.write_text(
            f'[client]\nname = "pi"\nversion = "1.0.0"\nargv = ["run", "{folder}"]\n'
            '[install]\nnpm = "@mariozechner/pi-coding-agent"\nexecutable = "run"\n'
        )
        installed(cache, "pi", "1.0.0", {"run": "#!/bin/sh\n"})
        with pytest.raises(ClientError, match="own cannot be shown to the client"):
            resolve([str(file)], cache)

    def test_a_package_without_the_program_says_what_was_looked_for(self, tmp_path):
        installed(tmp_path, "pi", "1.0.0", {"node_modules/other": ""})
        with pytest.raises(ClientError, match=r"dist/cli\.js is in the installed package"):
            resolve(["pi@1.0.0"], tmp_path)

    @pytest.mark.parametrize(
        ("word", "said"),
        [
            ("claud-code", "did you mean claude-code?"),
            ("xyzzy", "there are aider, claude-code"),
            ("codex@", "'' is not a version"),
            ("codex@../x", "'../x' is not a version"),
            ("/usr/bin/python3", "write -- /usr/bin/python3"),
        ],
    )
    def test_a_word_that_names_nothing(self, word, said):
        with pytest.raises(UsageError, match=re.escape(said)):
            find_profile(word)

    def test_two_words_are_a_program_without_its_dashes(self):
        with pytest.raises(UsageError, match="write -- first"):
            resolve(["codex", "exec"])


@pytest.mark.client("pi")
def test_a_real_client_from_the_registry(tmp_path):
    client = resolve(["pi"], tmp_path)
    assert re.fullmatch(r"\d+\.\d+\.\d+", client.version)
    assert client.dynamic is True
    assert resolve([f"pi@{client.version}"], tmp_path).digest == client.digest
