"""The proxy: the variables that send traffic through another machine.

Programs differ in which of these they read: HTTP_PROXY and HTTPS_PROXY in upper or lower case,
ALL_PROXY for SOCKS, and NO_PROXY for exceptions.  A plain URL sets both cases; ``upper:`` and
``lower:`` set one; ``bypass:`` adds ``NO_PROXY=*``, which means no proxy at all.  A URL that ends
with ``#except=.example.com+10.0.0.0/8`` adds this list to NO_PROXY.  Loopback is always excepted,
as on any machine with a proxy.

The control is ``unset``.  The named levels are one of each kind: an HTTP proxy, one reached over
TLS, one with credentials, SOCKS, the three forms, and a list of exceptions, which names the
domains that most hosts are in.  Host names are neutral.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote, urlsplit

from lab.factors.data.addresses import parse_url_host
from lab.factors.factor import Factor
from lab.factors.host_spec import HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR"]

CONTROL = "unset"

LEVELS = (
    "http://proxy.example.net:3128",
    "https://proxy.example.net:3129",
    "http://agent:s3cret@proxy.example.net:3128",
    "socks5://proxy.example.net:1080",
    "upper:http://proxy.example.net:3128",
    "lower:http://proxy.example.net:3128",
    "bypass:http://proxy.example.net:3128",
    "http://proxy.example.net:3128#except=.ai+.app+.cn+.com+.dev+.example+.io+.net+.org",
)

_FORMS = ("upper", "lower", "bypass")
_SCHEMES = ("http", "https", "socks5", "socks5h")
_LOGIN = re.compile(r"[A-Za-z0-9._~%!$&'*+,;=-]*(?::[A-Za-z0-9._~%!$&'*+,;=-]*)?")
_NO_PROXY = "localhost,127.0.0.1,::1"
_EXCEPT = "#except="
_EXCEPTION = re.compile(r"[A-Za-z0-9.*:_/\[\]-]+")
"""One entry of NO_PROXY: a host, a domain, an address or a network, with or without a port."""


class _Parts(NamedTuple):
    """The parts of a level: its form, the proxy's URL, and further entries of NO_PROXY."""

    form: str
    address: str
    excepted: tuple[str, ...]


def _split(level: str) -> _Parts:
    form, _, rest = level.partition(":")
    form, rest = (form, rest) if form in _FORMS else ("", level)
    address, mark, listed = rest.partition(_EXCEPT)
    return _Parts(form, address, tuple(re.split("[+,]", listed)) if mark else ())


def parse(level: str) -> str:
    """The canonical spelling: lower-case host and exceptions, each exception once.

    Raises:
        ValueError: The level is not a proxy URL with a port, or an exception is no host.
    """
    if level == CONTROL:
        return level
    form, address, excepted = _split(level)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as error:
        raise ValueError(f"{address!r} is not a URL: {error}") from error
    if parts.scheme not in _SCHEMES or not parts.hostname or not port:
        raise ValueError(
            f"write unset, or [upper:|lower:|bypass:]SCHEME://[LOGIN:PASSWORD@]HOST:PORT"
            f"[#except=HOST+HOST] with SCHEME one of {', '.join(_SCHEMES)}, not {level!r}"
        )
    if parts.path.strip("/") or address.endswith(("?", "#")) or parts.query or parts.fragment:
        raise ValueError(f"a proxy's URL ends after its port, unlike {level!r}")
    login, at, _ = parts.netloc.rpartition("@")
    if not _LOGIN.fullmatch(login):
        raise ValueError(f"write login:password with %-escapes where needed, not {login!r}")
    if excepted and form == "bypass":
        raise ValueError(f"bypass: excepts every host already, so {level!r} has no list of its own")
    for entry in excepted:
        if not _EXCEPTION.fullmatch(entry):
            raise ValueError(f"write hosts, domains or networks after #except=, not {entry!r}")
    canonical = f"{parts.scheme}://{login}{at}{parse_url_host(parts.hostname)}:{port}"
    if excepted:
        canonical += _EXCEPT + "+".join(dict.fromkeys(entry.lower() for entry in excepted))
    return f"{form}:{canonical}" if form else canonical


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the variables that the level's form names, and unset the others."""
    form, address, excepted = _split(level)
    family = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    variables: dict[str, str | None] = dict.fromkeys(
        (*family, *(name.upper() for name in family)), None
    )
    if level != CONTROL:
        chosen = dict.fromkeys(family[2:3] if address.startswith("socks") else family[:2], address)
        chosen["no_proxy"] = "*" if form == "bypass" else ",".join((_NO_PROXY, *excepted))
        if form != "upper":
            variables.update(chosen)
        if form != "lower":
            variables.update({name.upper(): value for name, value in chosen.items()})
    return spec.with_variables(**variables)


def strategy() -> SearchStrategy[str]:
    """Any form of any scheme, with or without credentials and exceptions.

    It shrinks to a plain HTTP proxy.
    """
    from hypothesis import strategies as st

    form = st.sampled_from(("", *(f"{name}:" for name in _FORMS)))
    login = st.one_of(
        st.just(""), st.integers(0, 9999).map(lambda number: f"agent{number}:pass{number}@")
    )
    name = st.sampled_from(("proxy.example.net", "squid.corp.example.com", "198.51.100.8"))
    port = st.one_of(st.sampled_from((3128, 8080, 1080)), st.integers(1024, 65535))
    listed = st.lists(
        st.sampled_from((".com", ".net", ".example", ".example.com", "10.0.0.0/8", "*.internal")),
        max_size=3,
        unique=True,
    ).map(lambda entries: _EXCEPT + "+".join(entries) if entries else "")
    proxies = st.builds("{}://{}{}:{}".format, st.sampled_from(_SCHEMES), login, name, port)
    return st.builds(
        lambda form, proxy, listed: form + proxy + ("" if form == "bypass:" else listed),
        form,
        proxies,
        listed,
    )


def needles(level: str) -> tuple[str, ...]:
    """The URL, its authority, its host, login and password, and the list of exceptions."""
    if level == CONTROL:
        return ()
    _, address, excepted = _split(level)
    parts = urlsplit(address)
    login, password = unquote(parts.username or ""), unquote(parts.password or "")
    found = (
        address,
        f"{login}:{password}" if login else "",
        f"{parts.hostname}:{parts.port}",
        parts.hostname or "",
        login,
        password,
        ",".join(excepted),
    )
    return tuple(dict.fromkeys(text for text in found if text))


FACTOR = Factor(
    name="proxy",
    summary="HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    routes=True,
)
