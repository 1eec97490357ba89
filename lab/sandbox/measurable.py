"""Which factors cannot be varied for a client, and why.

An environment names only levels that the lab really sets.  A factor that does not reach the
client has no level in it, because any level would be untrue.
"""

from __future__ import annotations

from collections.abc import Mapping

from lab.clients.profile import Client
from lab.factors.registry import factors
from lab.sandbox.cell.kernel_support import find_device_kind
from lab.sandbox.jail.clock_preload import is_clock_supported

__all__ = ["find_unmeasurable_factors"]


def find_unmeasurable_factors(client: Client) -> Mapping[str, str]:
    """Map the name of each factor that cannot be varied to the reason."""
    reasons = {}
    for name, item in factors().items():
        if name in client.profile.exclude:
            reasons[name] = "the client's profile excludes it"
        elif "clock" in item.requires and client.dynamic is False:
            reasons[name] = "the clock reaches programs that load glibc, which this client does not"
        elif "clock" in item.requires and not is_clock_supported():
            reasons[name] = "the clock reaches programs on x86-64 only, not on this processor"
        elif name == "network" and find_device_kind() is None:
            reasons[name] = "this kernel has no device (dummy, ifb) that simulates interfaces"
    return reasons
