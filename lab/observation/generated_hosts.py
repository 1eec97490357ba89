"""Host names that a client generates, grouped under their domain.

A client that writes data into a host name uses another name each time, and each name by itself
would only be present or absent.  Where the names below one domain are many over all trials and
few in each, or never two in one trial, the location has the domain as its host, and the name is a
value there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec

from lab.observation.features import Features
from lab.observation.location import Location

__all__ = ["group_generated_hosts"]

_MANY = 2
"""A domain's names are made up if there are over so many times more than in any one trial."""


def group_generated_hosts(trials: Sequence[Features]) -> list[Features]:
    """The same features, those at made-up names moved to their domain."""
    domains = _find_domains(trials)
    return [_move_to_domains(trial, domains) for trial in trials] if domains else list(trials)


def _find_domains(trials: Sequence[Features]) -> Mapping[str, str]:
    """Made-up name to its domain."""
    names: dict[str, set[str]] = defaultdict(set)
    most: dict[str, int] = defaultdict(int)
    for trial in trials:
        here: dict[str, set[str]] = defaultdict(set)
        for location in trial:
            host = location.host or ""
            label, _, domain = host.partition(".")
            if label and "." in domain and not host.replace(".", "").isdigit():
                here[domain].add(host)
        for domain, hosts in here.items():
            names[domain] |= hosts
            most[domain] = max(most[domain], len(hosts))
    return {
        host: domain
        for domain, hosts in names.items()
        if len(hosts) > _MANY * most[domain] or len(hosts) > most[domain] == 1
        for host in hosts
    }


def _move_to_domains(trial: Features, domains: Mapping[str, str]) -> Features:
    moved: dict[Location, tuple[str, ...]] = {}
    for location, values in trial.items():
        if (host := location.host) is not None and host in domains:
            location = msgspec.structs.replace(location, host=domains[host])
        moved[location] = moved.get(location, ()) + values
    return moved
