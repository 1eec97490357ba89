from __future__ import annotations

import pytest

from lab.factors import ci, locale, terminal
from lab.factors.data.session_kinds import KINDS
from lab.factors.host_spec import BARE, File
from lab.factors.session import FACTOR

ALL = (FACTOR.control, *FACTOR.levels, *KINDS)


def variables(level: str) -> dict[str, str]:
    return dict(FACTOR.realise(FACTOR.parse(level), BARE).variables)


def test_plain_sets_nothing_and_keeps_what_the_profile_sets():
    base = BARE.with_variables(EDITOR="ed", OTHER="x")
    assert FACTOR.realise("plain", base) == base
    assert FACTOR.realise("tmux", base).variables["EDITOR"] == "ed"


def test_a_login_over_the_network_names_both_ends():
    made = variables("ssh:203.0.113.9")
    address, port, near, own = made["SSH_CONNECTION"].split()
    assert made["SSH_CLIENT"] == f"{address} {port} {own}"
    assert (address, near, own) == ("203.0.113.9", "192.168.1.23", "22")
    assert 49152 <= int(port) < 65536
    assert made["SSH_TTY"].startswith("/dev/pts/")
    assert made["XDG_SESSION_TYPE"] == "tty"
    assert variables("ssh:203.0.113.8")["SSH_CLIENT"].split()[1] != port


def test_both_ends_speak_the_same_protocol():
    near = variables("ssh:2001:DB8:0::7")["SSH_CONNECTION"].split()
    assert near[0] == "2001:db8::7"
    assert ":" in near[2]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("x11", {"DISPLAY": ":0", "XDG_CURRENT_DESKTOP": "GNOME", "DESKTOP_SESSION": "gnome"}),
        ("wayland:KDE", {"WAYLAND_DISPLAY": "wayland-0", "DESKTOP_SESSION": "plasma"}),
        ("x11:ubuntu:GNOME", {"XDG_CURRENT_DESKTOP": "ubuntu:GNOME", "DESKTOP_SESSION": "ubuntu"}),
        ("x11+input-method:fcitx", {"XMODIFIERS": "@im=fcitx", "GTK_IM_MODULE": "fcitx"}),
        ("tmux:api", {"TMUX": "/tmp/tmux-1000/api,2841,0", "TMUX_PANE": "%0"}),
        ("screen", {"STY": "2846.work", "WINDOW": "0"}),
        ("editor:code --wait", {"EDITOR": "code --wait", "VISUAL": "code --wait"}),
        ("vscode:codium", {"VSCODE_GIT_ASKPASS_NODE": "/usr/share/codium/codium"}),
        ("vscode-extension", {"VSCODE_PID": "2417"}),
        ("agent:goose", {"AGENT": "goose", "GOOSE_TERMINAL": "1"}),
    ],
)
def test_a_way_of_sitting_sets_its_variables(level: str, expected: dict[str, str]):
    assert expected.items() <= variables(level).items()


def test_a_display_has_a_cookie():
    """Fields of Xau(3): family, then four strings with their lengths."""
    item = FACTOR.realise("x11", BARE).files["~/.Xauthority"]
    assert isinstance(item, File)
    assert item.mode == 0o600
    family, rest = item.content[:2], item.content[2:]
    strings = []
    while rest:
        size = int.from_bytes(rest[:2], "big")
        strings.append(rest[2 : 2 + size])
        rest = rest[2 + size :]
    assert (family, strings[:3]) == (b"\xff\xff", [b"", b"0", b"MIT-MAGIC-COOKIE-1"])
    assert len(strings[3]) == 16


@pytest.mark.parametrize("level", ALL)
def test_no_value_is_one_that_another_factor_decides(level: str):
    theirs = {"HOME", "USER", "LOGNAME", "SHELL", "PWD", "PATH", "TERM", "TZ", "HOSTNAME"}
    theirs |= {*terminal.VARIABLES, *BARE.variables}
    theirs |= {name for service in ci.SERVICES.values() for name in service}
    made = variables(level)
    theirs |= locale.FACTOR.realise(locale.FACTOR.levels[0], BARE).variables.keys()
    assert not theirs & made.keys()
    for value in made.values():
        assert not value.startswith(("~", "/home/", "/root/", "/run/user/"))
        assert BARE.hostname not in value


def test_the_ways_have_one_order():
    assert FACTOR.parse("agent:cursor+tmux:default+ssh:198.51.100.7") == "ssh+tmux+agent"


@pytest.mark.parametrize(
    "level",
    ["", "+", "ssh+", "ssh:", "ssh:gateway", "ssh:0.0.0.0", "ssh:fe80::1%eth0", "ssh+ssh",
     "ssh+x11", "x11+wayland", "vscode+vim", "plain+ssh", "tmux:a b", "tmux:a,b", "screen:",
     "ssh-agent:x", "emacs:30", "agent:nobody", "editor:", "editor: vim", "editor:a+b",
     "x11:", "vscode:Code", "Plain", "TMUX=1"],
)  # fmt: skip
def test_what_is_no_session_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_refusal_says_which_way_is_meant():
    with pytest.raises(ValueError, match="nearest: tmux"):
        FACTOR.parse("tmx")
    with pytest.raises(ValueError, match="either ssh or wayland"):
        FACTOR.parse("ssh+wayland")


def test_a_copy_holds_the_address_and_no_mere_words():
    found = FACTOR.needles("ssh:203.0.113.9+tmux")
    assert found[0] == "203.0.113.9"
    assert "/tmp/tmux-1000/default,2841,0" in found
    for level in ALL[1:]:
        assert not {"default", "work", "code", "user", "tty", "1", "cat"} & set(
            FACTOR.needles(FACTOR.parse(level))
        )
    assert "hx" in FACTOR.needles("editor:hx")
