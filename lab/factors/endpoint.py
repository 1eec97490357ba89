"""The endpoint: the base URL of the model provider that the client is configured with.

The client's profile says how an endpoint is configured (variables, files, the official base
URL).  A level says which: ``unset`` (the control) configures none, ``official`` sets the
default explicitly, and any other level is a URL.  Of a client that needs an endpoint, ``unset``
keeps the one that its profile's environment sets.  The path of a URL is a prefix: the path of the
official base (such as ``/v1``) follows it, as behind a gateway.

Host names are not rewritten, because they are the input under test: the lab's name server
resolves every host to the lab.

The named levels are the kinds of base URL: a neutral host under a reserved domain; the same over
plain HTTP with a port, and below a path; an address instead of a name; the largest country
registry of three continents (.cn in Asia, .de in Europe, .br in South America, by registered
names); and the best known public model provider of three continents other than the client's
own (North America, Europe, Asia), because a client may contain the names of its rivals.  One of
each kind comes first.  The strategy uses longer lists of both.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lab.factors.data.addresses import parse_url_host
from lab.factors.data.endpoint_hosts import ALL_COUNTRIES, COUNTRIES, GENERIC, PROVIDERS
from lab.factors.factor import Factor
from lab.factors.host_spec import Endpoint, File, HostSpec

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

__all__ = ["FACTOR", "resolve_base_url", "resolve_host"]

CONTROL = "unset"

LEVELS = (
    "https://models.example.net",
    "http://models.example.net:8080",
    "https://models.example.net/gateway",
    "https://203.0.113.10",
    "https://models.example.cn",
    "https://api.openai.com",
    "https://api.deepseek.com",
    "official",
    "https://models.example.de",
    "https://models.example.com.br",
    "https://api.mistral.ai",
)

_PATH = re.compile(r"(?:/[A-Za-z0-9._~!$&'()*+,;=:@%-]+)*")


def parse(level: str) -> str:
    """The canonical spelling: lower-case scheme and host, no final slash.

    Raises:
        ValueError: The level is neither a base URL nor ``unset`` or ``official``.
    """
    if level in {CONTROL, "official"}:
        return level
    try:
        parts = urlsplit(level)
        port = "" if parts.port is None else f":{parts.port}"
    except ValueError as error:
        raise ValueError(f"{level!r} is not a URL: {error}") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"write unset, official or a URL such as {LEVELS[0]}, not {level!r}")
    if parts.username is not None or parts.query or parts.fragment or level.endswith(("?", "#")):
        raise ValueError(f"a base URL has no login, query or fragment, unlike {level!r}")
    if parts.port == 0:
        raise ValueError(f"no server listens on port 0, unlike {level!r}")
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path):
        raise ValueError(f"the path of {level!r} has an empty part or a character to be escaped")
    return f"{parts.scheme}://{parse_url_host(parts.hostname)}{port}{path}"


def _official_url(endpoint: Endpoint) -> str | None:
    if endpoint.official is not None:
        return endpoint.official
    return None if endpoint.host is None else f"https://{endpoint.host}"


def resolve_base_url(level: str, endpoint: Endpoint) -> str | None:
    """The base URL that the client is configured with; None if it is not configured.

    ``official`` for a client whose profile names no provider is the same as ``unset``.
    """
    if level == CONTROL:
        return None
    official = _official_url(endpoint)
    if level == "official":
        return official
    return level + urlsplit(official or "").path.rstrip("/")


def resolve_host(level: str, endpoint: Endpoint) -> str | None:
    """The host that the client should contact, without port; None if it is unknown."""
    base = resolve_base_url(level, endpoint)
    if base is None:
        return endpoint.host or urlsplit(_official_url(endpoint) or "").hostname
    return urlsplit(base).hostname


def realise(level: str, spec: HostSpec) -> HostSpec:
    """Set the URL in the variables and files that configure the client's endpoint."""
    endpoint = spec.endpoint
    base = resolve_base_url(level, endpoint)
    if level == CONTROL and endpoint.required:
        return spec
    if base is None:
        return spec.with_variables(**dict.fromkeys(endpoint.variables))
    files = {
        path if path.startswith(("/", "~/", "./")) else f"~/{path}": File(
            text.replace("{endpoint}", base).encode(), 0o600
        )
        for path, text in endpoint.files.items()
    }
    variables = dict.fromkeys(endpoint.variables, base)
    return spec.with_variables(**variables).with_files(files)


def strategy() -> SearchStrategy[str]:
    """Hosts under country domains, providers' hosts, addresses, ports and prefixes."""
    from hypothesis import strategies as st

    word = st.sampled_from(("models", "gateway", "api", "llm", "proxy", "ai"))
    country = st.sampled_from(COUNTRIES)
    hosts = st.one_of(
        st.builds("{}.example.{}".format, word, country),
        st.sampled_from(PROVIDERS),
        st.builds("{}.{}".format, word, st.sampled_from(PROVIDERS)),
        st.integers(1, 254).map("203.0.113.{}".format),
    )
    port = st.one_of(st.just(""), st.integers(1024, 65535).map(":{}".format))
    prefix = st.one_of(st.just(""), word.map("/{}".format))
    scheme = st.sampled_from(("https", "http"))
    return st.builds("{}://{}{}{}".format, scheme, hosts, port, prefix)


def needles(level: str) -> tuple[str, ...]:
    """The URL, its authority, its host and its path."""
    if level in {CONTROL, "official"}:
        return ()
    parts = urlsplit(level)
    found = (level, parts.netloc, parts.hostname or "", parts.path)
    return tuple(dict.fromkeys(text for text in found if text))


def all_levels() -> tuple[str, ...]:
    """A host under every country's and many other top-level domains, and every provider."""
    domains = sorted({*ALL_COUNTRIES, *GENERIC})
    hosts = (*(f"models.example.{domain}" for domain in domains), *PROVIDERS)
    return tuple(f"https://{host}" for host in hosts)


FACTOR = Factor(
    name="endpoint",
    summary="the base URL of the model provider",
    control=CONTROL,
    levels=LEVELS,
    parse=parse,
    realise=realise,
    strategy=strategy,
    needles=needles,
    routes=True,
    every=all_levels,
)
