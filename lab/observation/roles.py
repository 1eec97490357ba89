"""Roles of hosts: under which name the traffic to a host is compared.

Where an environment names a host (the model endpoint, a proxy), the traffic that follows is a
consequence of routing.  :class:`HostRoles` translates such hosts to one name, so that what is said
to the endpoint can be compared although it moved; *where* it went is a feature of its own, in the
part ``route``.  Likewise the name servers that an environment configures are one name: what shows
is a client that asks another.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from lab.observation.location import Location
from lab.observation.records import Request
from lab.observation.style.serialization import normalise_path
from lab.observation.text.masks import is_identifier_like

__all__ = ["DNS_PORT", "RESOLVER", "HostRoles", "locate_message", "locate_path"]

RESOLVER = "(resolver)"
"""Stands for each name server that the environment configures."""

DNS_PORT = 53
_NAME_SERVICE = frozenset({DNS_PORT, 853})


class HostRoles(msgspec.Struct, frozen=True):
    """Which hosts stand for what in one environment.

    ``names`` maps a host to the name that it is reported under.  ``prefixes`` maps an
    endpoint's host to the path prefix configured for it, replaced by ``official_prefix``.
    """

    names: Mapping[str, str] = {}
    prefixes: Mapping[str, str] = {}
    official_prefix: str = ""
    resolvers: frozenset[str] = frozenset()
    """Addresses of the name servers that the environment configures."""
    logins: frozenset[str] = frozenset()
    """``user:password`` of the proxies that the environment configures."""

    def name(self, host: str) -> str:
        """The name under which this host is reported."""
        return self.names.get(host, host)

    def path(self, host: str, path: str) -> str:
        """The path without the prefix that the environment style before it."""
        prefix = self.prefixes.get(host, "")
        if prefix and (path == prefix or path.startswith(prefix + "/")):
            return self.official_prefix + path[len(prefix) :] or "/"
        return path

    def peer(self, host: str, port: int) -> str:
        """The name of a host at this port: a configured name server has a role of its own."""
        resolves = port in _NAME_SERVICE and host in self.resolvers
        return RESOLVER if resolves else self.name(host)


def locate_message(request: Request, roles: HostRoles) -> Location:
    """The location of a request, under the names that its environment's roles give."""
    return Location(
        "http",
        roles.name(request.host),
        request.method,
        locate_path(request.host, request.target, roles),
    )


def locate_path(host: str, target: str, roles: HostRoles) -> str:
    """The path of a target, words that look like identifiers blanked.

    Args:
        host: The host that the target is sent to.
        target: Path and query.
        roles: The names under which hosts are reported.
    """
    path = normalise_path(roles.path(host, target.partition("?")[0]))
    return "/".join("{id}" if is_identifier_like(word) else word for word in path.split("/"))
