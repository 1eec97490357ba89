"""Traces in a home: files of people and programs, one kind each, with one value.

Each kind defines its valid values and the files that follow from a value.  No file has a
secret, a name of a person, or a setting that is known to change how a client talks to its
provider.  Formats: npmrc(5), pip's configuration, ssh_config(5), sshd(8) for known_hosts, and
the documentation of the tools.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from lab.factors.data.addresses import parse_url_host
from lab.factors.data.coding_agents import FILES
from lab.suggest import nearest

__all__ = ["AGENTS", "KINDS", "LANGUAGES", "HomeTrace"]

Texts = dict[str, str]
"""Files by path, as text."""

AGENTS = "all"
"""The value of ``agents`` that means all of them."""

LANGUAGES: Mapping[str, tuple[str, str, str]] = {
    "ar_EG": ("سطح المكتب", "التنزيلات", "المستندات"),
    "de_DE": ("Schreibtisch", "Downloads", "Dokumente"),
    "en_US": ("Desktop", "Downloads", "Documents"),
    "es_MX": ("Escritorio", "Descargas", "Documentos"),
    "fr_FR": ("Bureau", "Téléchargements", "Documents"),
    "ja_JP": ("デスクトップ", "ダウンロード", "ドキュメント"),
    "ko_KR": ("바탕화면", "다운로드", "문서"),
    "pt_BR": ("Área de trabalho", "Downloads", "Documentos"),
    "ru_RU": ("Рабочий стол", "Загрузки", "Документы"),
    "tr_TR": ("Masaüstü", "İndirilenler", "Belgeler"),
    "zh_CN": ("桌面", "下载", "文档"),
}
"""Desktop, downloads and documents as xdg-user-dirs names them, by locale."""


class HomeTrace(msgspec.Struct, frozen=True):
    """One kind of trace.

    ``clean`` returns a value in its canonical spelling or raises ValueError; ``files`` are
    those of a value; ``private`` ones only the user may read.
    """

    clean: Callable[[str], str]
    files: Callable[[str], Texts]
    private: bool = False


def _check_url(value: str) -> str:
    """A package index: scheme and host in small letters, no final slash."""
    parts = re.fullmatch(r"(?i)(https?)://([a-z0-9._-]+)(:[1-9]\d{1,4})?((?:/[\w.~-]+)*)/?", value)
    if parts is None or not value.isascii():
        raise ValueError(f"write https://HOST[:PORT][/PATH], not {value!r}")
    scheme, host, port, path = parts.groups(default="")
    return f"{scheme.lower()}://{parse_url_host(host)}{port}{path}"


def _check_host(value: str) -> str:
    host = parse_url_host(value)
    if host.startswith("["):
        raise ValueError(f"write the name of a host, not the address {value!r}")
    return host


def _check_pattern(pattern: str, what: str, value: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{value!r} is not a valid {what}")
    return value


def _check_known(known: Mapping[str, object], what: str, value: str) -> str:
    if value not in known:
        raise ValueError(f"{value!r} is not a known {what}; nearest: {nearest(value, known)}")
    return value


def _one_file(path: str, template: str) -> Callable[[str], Texts]:
    """One file, in which ``@`` is replaced by the value."""
    return lambda value: {path: template.replace("@", value)}


def _ssh(host: str) -> Texts:
    """The key is 32 bytes made of the host's name, in the wire format of RFC 8709."""
    kind = b"ssh-ed25519"
    key = hashlib.sha256(host.encode()).digest()
    wire = b"".join(len(part).to_bytes(4, "big") + part for part in (kind, key))
    return {
        "~/.ssh/config": f"Host {host}\n    User deploy\n    IdentityFile ~/.ssh/id_ed25519\n",
        "~/.ssh/known_hosts": f"{host} {kind.decode()} {base64.b64encode(wire).decode()}\n",
    }


def _gcloud(project: str) -> Texts:
    return {
        "~/.config/gcloud/active_config": "default",
        "~/.config/gcloud/configurations/config_default": (
            f"[core]\naccount = dev@example.com\nproject = {project}\n"
        ),
    }


def _kube(name: str) -> Texts:
    return {
        "~/.kube/config": (
            "apiVersion: v1\nkind: Config\n"
            f"clusters:\n- name: {name}\n  cluster:\n    server: https://{name}:6443\n"
            f"contexts:\n- name: {name}\n  context:\n    cluster: {name}\n    user: dev\n"
            f"current-context: {name}\nusers:\n- name: dev\n  user: {{}}\n"
        )
    }


def _docker(host: str) -> Texts:
    return {"~/.docker/config.json": json.dumps({"auths": {host: {}}}, indent=2) + "\n"}


def _agents(name: str) -> Texts:
    chosen = FILES.values() if name == AGENTS else (FILES[name],)
    return {path: text for files in chosen for path, text in files.items()}


def _input_method(value: str) -> Texts:
    """im-config's choice and fcitx's profile; ibus keeps its own in a database, left out."""
    framework, _, engine = value.partition("/")
    files = {"~/.xinputrc": f"# im-config(8) generated on a Debian system\nrun_im {framework}\n"}
    if framework == "fcitx5":
        files["~/.config/fcitx5/profile"] = (
            "[Groups/0]\nName=Default\nDefault Layout=us\n"
            f"DefaultIM={engine}\n\n[Groups/0/Items/0]\nName=keyboard-us\nLayout=\n\n"
            f"[Groups/0/Items/1]\nName={engine}\nLayout=\n\n[GroupOrder]\n0=Default\n"
        )
    elif framework == "fcitx":
        files["~/.config/fcitx/profile"] = (
            f"[Profile]\nIMName={engine}\nEnabledIMList=fcitx-keyboard-us:True,{engine}:True\n"
        )
    return files


def _history(host: str) -> Texts:
    lines = ("git status", f"ssh deploy@{host}", "make test", f"curl https://{host}/health")
    return {
        "~/.bash_history": "".join(f"{line}\n" for line in lines),
        "~/.zsh_history": "".join(
            f": {1_788_340_000 + 60 * number}:0;{line}\n" for number, line in enumerate(lines)
        ),
    }


def _shell(host: str) -> Texts:
    aliases = f"alias ll='ls -l'\nalias work='ssh deploy@{host}'\n"
    return {
        "~/.bashrc": f"case $- in *i*) ;; *) return ;; esac\nHISTSIZE=1000\n{aliases}",
        "~/.zshrc": f"HISTSIZE=1000\nSAVEHIST=1000\n{aliases}",
    }


def _desktop(language: str) -> Texts:
    desktop, downloads, documents = LANGUAGES[language]
    return {
        "~/.config/user-dirs.dirs": (
            f'XDG_DESKTOP_DIR="$HOME/{desktop}"\nXDG_DOWNLOAD_DIR="$HOME/{downloads}"\n'
            f'XDG_DOCUMENTS_DIR="$HOME/{documents}"\n'
        ),
        "~/.config/user-dirs.locale": language,
        "~/.config/google-chrome/Last Version": "140.0.7339.80",
        "~/.mozilla/firefox/profiles.ini": (
            "[Profile0]\nName=default\nIsRelative=1\nPath=k3v0q7xd.default\nDefault=1\n\n"
            "[General]\nStartWithLastProfile=1\nVersion=2\n"
        ),
        f"~/{desktop}/todo.txt": "\n",
        f"~/{documents}/notes.txt": "\n",
        f"~/{downloads}/manual.txt": "\n",
    }


_region = partial(_check_pattern, r"[a-z]{2}(?:-[a-z]{2,12}){1,2}-[1-9]", "region of AWS")
_project = partial(_check_pattern, r"[a-z][a-z0-9-]{4,28}[a-z0-9]", "project of Google Cloud")
_method = partial(
    _check_pattern,
    r"ibus|fcitx5?/[a-z][a-z0-9-]{1,31}",
    "input method: fcitx5/ENGINE, fcitx/ENGINE, ibus",
)

KINDS: Mapping[str, HomeTrace] = {
    "agents": HomeTrace(partial(_check_known, {**FILES, AGENTS: None}, "agent"), _agents),
    "aws": HomeTrace(
        _region, _one_file("~/.aws/config", "[default]\nregion = @\noutput = json\n"), True
    ),
    "cargo": HomeTrace(
        _check_url,
        _one_file(
            "~/.cargo/config.toml",
            '[source.crates-io]\nreplace-with = "mirror"\n\n'
            '[source.mirror]\nregistry = "sparse+@/"\n',
        ),
    ),
    "desktop": HomeTrace(partial(_check_known, LANGUAGES, "locale of a desktop"), _desktop),
    "docker": HomeTrace(_check_host, _docker, True),
    "gcloud": HomeTrace(_project, _gcloud, True),
    "go": HomeTrace(_check_url, _one_file("~/.config/go/env", "GOPROXY=@,direct\n")),
    "history": HomeTrace(_check_host, _history, True),
    "input-method": HomeTrace(_method, _input_method),
    "kube": HomeTrace(_check_host, _kube, True),
    "maven": HomeTrace(
        _check_url,
        _one_file(
            "~/.m2/settings.xml",
            "<settings>\n  <mirrors>\n    <mirror>\n      <id>mirror</id>\n"
            "      <mirrorOf>central</mirrorOf>\n      <url>@</url>\n"
            "    </mirror>\n  </mirrors>\n</settings>\n",
        ),
    ),
    "npm": HomeTrace(_check_url, _one_file("~/.npmrc", "registry=@/\n"), True),
    "pip": HomeTrace(_check_url, _one_file("~/.config/pip/pip.conf", "[global]\nindex-url = @\n")),
    "shell": HomeTrace(_check_host, _shell),
    "ssh": HomeTrace(_check_host, _ssh, True),
}
"""By the name that a level gives it."""
