"""Kinds of login session (SSH, desktop, multiplexer, editor, agent) and the variables each sets.

sshd(8) sets ``SSH_*``, pam_systemd(8) and the desktop entry specification ``XDG_*``, tmux(1),
screen(1) and emacs their own; the editor's are from its source code.

Values that another factor decides are left out: those with the home (``XAUTHORITY``,
``MYVIMRC``), with the user's number (``XDG_RUNTIME_DIR``), with the host's name, and those of
the language.  Numbers and random parts are invented.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from functools import partial

import msgspec

from lab.factors.data.coding_agents import VARIABLES
from lab.factors.host_spec import BARE, File
from lab.suggest import nearest

__all__ = ["KINDS", "SessionKind"]

COMMIT = "e3a5acfb517a443235981655413d566533107e92"
"""The version by which an editor's server calls its folder."""

_SESSION_OF_DESKTOP = {"KDE": "plasma", "X-Cinnamon": "cinnamon"}
"""What the start file of a desktop is called, where that is not its name in small letters."""


def _refuse_value(value: str) -> str:
    raise ValueError(f"this takes no value; leave {value!r} out")


class SessionKind(msgspec.Struct, frozen=True):
    """A kind of login session.

    ``value`` is the default value, empty if the kind takes none.  ``clean`` returns a value in
    its canonical spelling or raises ValueError.  ``variables`` and ``files`` are those of a
    value.  A session has at most one kind of each ``exclusive_group``.
    """

    variables: Callable[[str], dict[str, str]]
    value: str = ""
    clean: Callable[[str], str] = _refuse_value
    files: Mapping[str, File] = {}
    place: str = ""


def _check_address(value: str) -> str:
    address = ipaddress.ip_address(value)
    if address.is_unspecified or address.is_multicast or "%" in value:
        raise ValueError(f"{value!r} is not an address of a remote user")
    return str(address)


def _check_pattern(pattern: str, what: str, value: str) -> str:
    if not re.fullmatch(pattern, value):
        raise ValueError(f"{value!r} is not a valid {what}")
    return value


def _check_agent(value: str) -> str:
    if value not in VARIABLES:
        raise ValueError(f"{value!r} is not a known agent; nearest: {nearest(value, VARIABLES)}")
    return value


_name = partial(_check_pattern, r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}", "name of a session")
_desktop = partial(_check_pattern, r"[A-Za-z][A-Za-z0-9-]{0,31}(?::[A-Za-z0-9-]{1,32})?", "desktop")
_command = partial(_check_pattern, r"[A-Za-z0-9/](?:[ -*,-~]{0,126}[!-*,-~])?", "editor's command")
_program = partial(_check_pattern, r"[a-z][a-z0-9-]{0,31}", "editor's name in small letters")
_input = partial(_check_pattern, r"[a-z][a-z0-9]{0,31}", "input method")


def _ssh(address: str) -> dict[str, str]:
    """A login over the network: the remote port follows from the address, the local one is 22."""
    version = ipaddress.ip_address(address).version
    own = BARE.network.interfaces[0].addresses
    local = next(text.partition("/")[0] for text in own if (":" in text) == (version == 6))
    port = 49152 + int.from_bytes(hashlib.sha256(address.encode()).digest()[:2], "big") % 16384
    return {
        "SSH_CLIENT": f"{address} {port} 22",
        "SSH_CONNECTION": f"{address} {port} {local} 22",
        "SSH_TTY": "/dev/pts/0",
        "XDG_SESSION_CLASS": "user",
        "XDG_SESSION_ID": "4",
        "XDG_SESSION_TYPE": "tty",
    }


def _desktop_variables(kind: str, desktop: str) -> dict[str, str]:
    name = desktop.partition(":")[0]
    session = _SESSION_OF_DESKTOP.get(name, name.lower())
    return {
        "DESKTOP_SESSION": session,
        "DISPLAY": ":0",
        "XDG_CURRENT_DESKTOP": desktop,
        "XDG_SESSION_CLASS": "user",
        "XDG_SESSION_DESKTOP": session,
        "XDG_SESSION_ID": "2",
        "XDG_SESSION_TYPE": kind,
        **({"WAYLAND_DISPLAY": "wayland-0"} if kind == "wayland" else {}),
    }


def _git_of_editor(folder: str, program: str) -> dict[str, str]:
    """What VS Code's Git extension sets in the editor's terminals."""
    return {
        "GIT_ASKPASS": f"{folder}/extensions/git/dist/askpass.sh",
        "VSCODE_GIT_ASKPASS_EXTRA_ARGS": "",
        "VSCODE_GIT_ASKPASS_MAIN": f"{folder}/extensions/git/dist/askpass-main.js",
        "VSCODE_GIT_ASKPASS_NODE": program,
        "VSCODE_GIT_IPC_HANDLE": "/tmp/vscode-git-1f0c6b2e9a.sock",
    }


def _vscode(program: str) -> dict[str, str]:
    folder = f"/usr/share/{program}"
    return {
        "CHROME_DESKTOP": f"{program}.desktop",
        **_git_of_editor(f"{folder}/resources/app", f"{folder}/{program}"),
    }


def _vscode_remote(value: str) -> dict[str, str]:
    folder = f"/vscode/bin/linux-x64/{COMMIT}"
    return {
        "BROWSER": f"{folder}/bin/helpers/browser.sh",
        "VSCODE_IPC_HOOK_CLI": "/tmp/vscode-ipc-6a1d0f3c-52b7-4e98-9c04-b7e13f8a25d6.sock",
        **_git_of_editor(folder, f"{folder}/node"),
    }


def _vscode_extension(value: str) -> dict[str, str]:
    return {
        "ELECTRON_RUN_AS_NODE": "1",
        "VSCODE_CRASH_REPORTER_PROCESS_TYPE": "extensionHost",
        "VSCODE_ESM_ENTRYPOINT": "vs/workbench/api/node/extensionHostProcess",
        "VSCODE_HANDLES_UNCAUGHT_ERRORS": "true",
        "VSCODE_PID": "2417",
    }


def _fixed(**variables: str) -> Callable[[str], dict[str, str]]:
    return lambda value: dict(variables)


def _named(**templates: str) -> Callable[[str], dict[str, str]]:
    return lambda value: {name: text.format(value) for name, text in templates.items()}


_COOKIE = bytes.fromhex("9d3e5f0c71ab42688e14d7c05b29f36a")
_XAUTHORITY = File(
    b"\xff\xff\0\0\0\x010\0\x12MIT-MAGIC-COOKIE-1" + len(_COOKIE).to_bytes(2, "big") + _COOKIE,
    0o600,
)
"""Xau(3): one cookie for display 0 of any host, since the host's name is another factor's."""

KINDS: Mapping[str, SessionKind] = {
    "ssh": SessionKind(_ssh, "198.51.100.7", _check_address, place="seat"),
    "x11": SessionKind(
        partial(_desktop_variables, "x11"),
        "GNOME",
        _desktop,
        {"~/.Xauthority": _XAUTHORITY},
        place="seat",
    ),
    "wayland": SessionKind(partial(_desktop_variables, "wayland"), "GNOME", _desktop, place="seat"),
    "ssh-agent": SessionKind(_fixed(SSH_AUTH_SOCK="/tmp/ssh-q7Vd3kYw0aLx/agent.2839")),
    "input-method": SessionKind(
        _named(GTK_IM_MODULE="{}", QT_IM_MODULE="{}", XMODIFIERS="@im={}"), "ibus", _input
    ),
    "tmux": SessionKind(_named(TMUX="/tmp/tmux-1000/{},2841,0", TMUX_PANE="%0"), "default", _name),
    "screen": SessionKind(_named(STY="2846.{}", WINDOW="0"), "work", _name),
    "editor": SessionKind(_named(EDITOR="{}", VISUAL="{}"), "vim", _command),
    "vscode": SessionKind(_vscode, "code", _program, place="program"),
    "vscode-remote": SessionKind(_vscode_remote, place="program"),
    "vscode-extension": SessionKind(_vscode_extension, place="program"),
    "emacs": SessionKind(_fixed(INSIDE_EMACS="29.4,comint"), place="program"),
    "vim": SessionKind(
        _fixed(VIM="/usr/share/vim", VIMRUNTIME="/usr/share/vim/vim91", VIM_TERMINAL="901"),
        place="program",
    ),
    "agent": SessionKind(lambda value: dict(VARIABLES[value]), "cursor", _check_agent),
}
"""In the order in which a level names them: from the login to the innermost program."""
