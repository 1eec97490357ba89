"""Each file is one that its own program would read."""

from __future__ import annotations

import base64
import configparser
import json
import shutil
import subprocess
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lab.factors.data.dotfiles import AGENTS, KINDS, LANGUAGES

VALUES = {
    "agents": AGENTS,
    "aws": "eu-west-1",
    "desktop": "ja_JP",
    "gcloud": "orbit-prod",
    "input-method": "fcitx5/mozc",
}


def texts(kind: str, value: str = "") -> dict[str, str]:
    url = KINDS[kind].clean is KINDS["npm"].clean
    host = "https://mirror.example.org/x" if url else "host.example.org"
    return KINDS[kind].files(KINDS[kind].clean(value or VALUES.get(kind, host)))


def test_no_two_kinds_write_the_same_file_and_none_is_gits():
    paths = [path for kind in KINDS for path in texts(kind)]
    assert len(set(paths)) == len(paths)
    assert all(path.startswith("~/") for path in paths)
    assert not any(".gitconfig" in path or "/git/" in path for path in paths)


def test_registries_are_named_in_their_tools_formats():
    url = "https://mirror.example.org/x"
    assert texts("npm")["~/.npmrc"] == f"registry={url}/\n"
    pip = configparser.ConfigParser()
    pip.read_string(texts("pip")["~/.config/pip/pip.conf"])
    assert pip["global"]["index-url"] == url
    cargo = tomllib.loads(texts("cargo")["~/.cargo/config.toml"])
    source = cargo["source"][cargo["source"]["crates-io"]["replace-with"]]
    assert source["registry"] == f"sparse+{url}/"
    maven = ElementTree.fromstring(texts("maven")["~/.m2/settings.xml"])
    assert maven.findtext("mirrors/mirror/url") == url
    assert texts("go")["~/.config/go/env"] == f"GOPROXY={url},direct\n"
    assert "host.example.org" in json.loads(texts("docker")["~/.docker/config.json"])["auths"]


def test_a_known_host_has_a_key_of_its_own():
    host, kind, key = texts("ssh")["~/.ssh/known_hosts"].split()
    assert (host, kind) == ("host.example.org", "ssh-ed25519")
    assert base64.b64decode(key).startswith(b"\0\0\0\x0bssh-ed25519\0\0\0\x20")
    assert texts("ssh", "other.example")["~/.ssh/known_hosts"].split()[2] != key
    assert "Host host.example.org\n" in texts("ssh")["~/.ssh/config"]


def test_fcitx_has_the_engine_in_its_profile_and_ibus_keeps_it_elsewhere():
    profile = configparser.ConfigParser()
    profile.optionxform = str  # type: ignore[method-assign,assignment]
    profile.read_string(texts("input-method")["~/.config/fcitx5/profile"])
    assert profile["Groups/0"]["DefaultIM"] == profile["Groups/0/Items/1"]["Name"] == "mozc"
    assert "anthy" in texts("input-method", "fcitx/anthy")["~/.config/fcitx/profile"]
    assert list(texts("input-method", "ibus")) == ["~/.xinputrc"]


def test_a_desktop_has_its_folders_in_its_language():
    made = texts("desktop", "pt_BR")
    assert made["~/.config/user-dirs.locale"] == "pt_BR"
    assert 'XDG_DESKTOP_DIR="$HOME/Área de trabalho"' in made["~/.config/user-dirs.dirs"]
    assert "~/Área de trabalho/todo.txt" in made
    assert len(set(LANGUAGES.values())) == len(LANGUAGES)


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_a_shell_can_read_its_file(shell: str, tmp_path: Path):
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed")
    file = tmp_path / "rc"
    file.write_text(texts("shell")[f"~/.{shell}rc"])
    subprocess.run((program, "-n", str(file)), check=True, env={})


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("npm", "registry.example.org"), ("npm", "ftp://a.example"), ("npm", "https://"),
        ("npm", "https://localhost"), ("npm", "https://127.0.0.1:4873"), ("pip", "https://a/b c"),
        ("pip", "https://u:p@a.example"), ("pip", "https://bücher.example"), ("ssh", "::1"),
        ("ssh", "2001:db8::1"), ("ssh", ""), ("ssh", "*"), ("aws", "Frankfurt"), ("gcloud", "X"),
        ("agents", "nobody"), ("desktop", "de"), ("input-method", "fcitx5"),
        ("input-method", "ibus/rime"), ("input-method", "xim/x"),
    ],
)  # fmt: skip
def test_what_a_program_would_not_understand_is_refused(kind: str, value: str):
    with pytest.raises(ValueError):
        KINDS[kind].clean(value)


def test_a_package_index_has_one_spelling():
    assert KINDS["npm"].clean("HTTPS://NPM.Example.org:8443/A/") == "https://npm.example.org:8443/A"
