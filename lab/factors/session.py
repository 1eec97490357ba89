"""The session: how the user is logged in, and the program around the client.

A level is ``plain`` or kinds of session joined by ``+``, each a name, or a name and a value:
``ssh:198.51.100.7+tmux``.  :mod:`lab.factors.data.session_kinds` lists them.

The control is ``plain``: nothing is set, as for a program that a service or a container starts.
The named levels have each kind once: SSH, SSH with a forwarded agent, both kinds of desktop (one
with an input method), either multiplexer, a chosen editor, an editor's terminal, its extension
host, its remote side, and a coding agent.  That agent is an editor's, because people type
commands in it.  Clients that are agents may recognise themselves by their own variables, which
the factor ``variables`` tries.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.factors.data.coding_agents import VARIABLES
from lab.factors.data.session_kinds import KINDS
from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec
from lab.suggest import nearest

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "plain"

LEVELS = (
    "ssh",
    "x11+input-method",
    "tmux",
    "vscode",
    "vscode-remote",
    "agent",
    "editor",
    "wayland",
    "screen",
    "ssh+ssh-agent",
    "vscode-extension",
)

# fmt: off
_DESKTOPS = (
    "Deepin", "Hyprland", "KDE", "LXQt", "MATE", "UKUI", "X-Cinnamon", "XFCE", "i3", "pop:GNOME",
    "sway", "ubuntu:GNOME",
)
# fmt: on


def _parse_parts(level: str) -> dict[str, str]:
    """The values of the kinds of session, in their order; ValueError for an unknown kind."""
    found: dict[str, str] = {}
    for part in [] if level == CONTROL else level.split("+"):
        name, separator, value = part.partition(":")
        kind = KINDS.get(name)
        if kind is None:
            raise ValueError(
                f"{name!r} is not a kind of session; nearest: {nearest(name, (CONTROL, *KINDS))}"
            )
        for other in found:
            if other == name or (kind.place and KINDS[other].place == kind.place):
                raise ValueError(f"a session is either {other} or {name}; leave one out")
        try:
            found[name] = kind.clean(value) if separator else kind.value
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from None
    return {name: found[name] for name in KINDS if name in found}


def parse(level: str) -> str:
    """The canonical spelling: kinds in their order, without default values."""
    parts = [
        name if value == KINDS[name].value else f"{name}:{value}"
        for name, value in _parse_parts(level).items()
    ]
    return "+".join(parts) or CONTROL


def _variables(level: str) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, value in _parse_parts(level).items():
        made |= KINDS[name].variables(value)
    return made


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the variables and files; those of the profile are kept."""
    files = {path: file for name in _parse_parts(level) for path, file in KINDS[name].files.items()}
    return spec.with_variables(**_variables(level)).with_files(files)


def strategy() -> SearchStrategy[str]:
    """Addresses, desktops, editors, names and agents; shrinks to a login over the network."""
    from hypothesis import strategies as st

    def address(seed: int) -> str:
        from faker import Faker

        maker = Faker()
        maker.seed_instance(seed)
        return f"2a02:{maker.ipv6()[5:]}" if seed % 2 else maker.ipv4_public()

    ssh = st.integers(0, 9999).map(address).map("ssh:{}".format)
    desktop = st.builds(
        "{}:{}".format,
        st.sampled_from(("x11", "wayland")),
        st.sampled_from(_DESKTOPS),
    )
    method = st.sampled_from(("fcitx", "ibus", "kime", "nimf", "scim", "uim"))
    word = st.builds(
        "{}-{}".format,
        st.sampled_from(("api", "blog", "night", "ops", "review")),
        st.integers(1, 9999),
    )
    multiplexer = st.builds("{}:{}".format, st.sampled_from(("tmux", "screen")), word)
    editor = st.one_of(
        st.sampled_from(("nano", "emacs -nw", "code --wait", "hx", "nvim", "subl -n -w")),
        word.map("/opt/{}/bin/edit".format),
    ).map("editor:{}".format)
    program = st.one_of(
        st.sampled_from(("codium", "cursor", "kiro", "trae", "windsurf")).map("vscode:{}".format),
        st.sampled_from(("emacs", "vim", "vscode-remote")),
    )
    agent = st.sampled_from(sorted(VARIABLES)).map("agent:{}".format)
    desktop_with_method = st.builds("{}+input-method:{}".format, desktop, method)
    return st.one_of(
        ssh,
        desktop,
        multiplexer,
        editor,
        program,
        agent,
        desktop_with_method,
        st.builds("{}+{}".format, st.one_of(ssh, desktop), st.one_of(editor, program, agent)),
        st.builds("{}+ssh-agent+{}+{}".format, ssh, multiplexer, editor),
    ).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """The values of the level and of its variables, without plain words."""
    values = tuple(_variables(level).values())
    named = (
        value
        for name, value in _parse_parts(level).items()
        if value in values or value != KINDS[name].value
    )
    specific = (value for value in values if len(value) > 7 and not value.isalpha())
    addresses = (value.partition(" ")[0] for value in values if value.endswith(" 22"))
    return tuple(dict.fromkeys(text for text in (*addresses, *named, *specific) if text))


FACTOR = Factor(
    name="session",
    summary="SSH, desktop, multiplexer, editor or agent around the client",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
