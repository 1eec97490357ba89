"""The user: login, real name, number, home and shell.

A level is a login, or ``login:Real Name:uid:home:shell``, the fields of passwd(5) without
password and group.  A login alone has no real name, uid 1000, a home in /home, and bash.

The control is ``dev``.  The named levels are the ways in which a developer's account differs
in kind: another login; a real name outside ASCII; the superuser; a home where macOS has it,
with its first uid; a service account with its home on a data disk and a plain shell; a
company directory's account, with a dot in the login and a very large uid.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import msgspec

from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec, User

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "parse_account"]

CONTROL = "dev"

LEVELS = (
    "marta",
    "jsoder:Jörgen Söder:1000:/home/jsoder:/bin/bash",
    "root:root:0:/root:/bin/bash",
    "sam:Sam Carter:501:/Users/sam:/bin/bash",
    "svc-build:Build Service:998:/data/home/svc-build:/bin/sh",
    "olivia.chan:Olivia Chan:184720431:/home/olivia.chan:/bin/bash",
)

_LOGIN = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,31}")
_PATH = re.compile(r"(?:/[^/\x00-\x1f\x7f:]+)+")
_MAX_UID = 2**31 - 1


def parse_account(level: str) -> User:
    """The account that a level describes.

    Raises:
        ValueError: A field is not valid, or the number of fields is.
    """
    login, *rest = level.split(":")
    if not _LOGIN.fullmatch(login):
        raise ValueError(f"a login is a letter, then letters, digits, . _ or -, not {login!r}")
    if not rest:
        return User(login=login, home=f"/home/{login}")
    if len(rest) != 4:
        raise ValueError(f"write login, or login:Real Name:uid:home:shell, not {level!r}")
    real_name, uid, home, shell = rest
    if any(unicodedata.category(letter) in {"Cc", "Cs"} or letter == "," for letter in real_name):
        raise ValueError(f"a real name has no comma and no control character, unlike {real_name!r}")
    if not re.fullmatch(r"0|[1-9][0-9]{0,9}", uid) or int(uid) > _MAX_UID:
        raise ValueError(f"a uid is a number up to {_MAX_UID}, not {uid!r}")
    for what, path in (("home", home), ("shell", shell)):
        if not _PATH.fullmatch(path) or {".", ".."} & set(path.split("/")):
            raise ValueError(f"the {what} is an absolute path without a final slash, not {path!r}")
    return User(login, unicodedata.normalize("NFC", real_name), int(uid), int(uid), home, shell)


def parse(level: str) -> str:
    """The canonical spelling: a login alone if the other fields follow from it."""
    user = parse_account(level)
    if user == parse_account(user.login):
        return user.login
    return f"{user.login}:{user.real_name}:{user.uid}:{user.home}:{user.shell}"


def realise(level: str, spec: HostSpec) -> HostSpec:
    """The user; the sandbox derives passwd, HOME, USER, LOGNAME and SHELL from it."""
    return msgspec.structs.replace(spec, user=parse_account(level))


def strategy() -> SearchStrategy[str]:
    """Invented people of many languages; shrinks to a bare login."""
    from hypothesis import strategies as st

    def invented(language: str, seed: int, uid: int, shell: str) -> str:
        from faker import Faker

        maker = Faker(language)
        maker.seed_instance(seed)
        login = maker.user_name()
        return f"{login}:{maker.name().replace(',', '')}:{uid}:/home/{login}:{shell}"

    languages = st.sampled_from(
        ("en_US", "de_DE", "es_MX", "fr_FR", "hi_IN", "ja_JP", "pt_BR", "ru_RU", "tr_TR", "zh_CN")
    )
    people = st.builds(
        invented,
        languages,
        st.integers(0, 9999),
        st.integers(1000, 60000),
        st.sampled_from(("/bin/bash", "/bin/sh")),
    )
    return st.one_of(st.sampled_from(("ana", "ben", "kim", "lee", "max")), people).map(parse)


def needles(level: str) -> tuple[str, ...]:
    """Real name, home, login, and the uid where it is long enough to recognise."""
    user = parse_account(level)
    uid = str(user.uid) if user.uid > 9999 else ""
    found = (user.real_name, user.home, user.login, uid)
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="user",
    summary="login, real name, uid, home and shell",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    free=True,
)
