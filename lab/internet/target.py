"""Where a client's bytes are going: the true target, and the proxies on the way there."""

from __future__ import annotations

import ipaddress

import msgspec

__all__ = ["Target", "is_address", "join_authority", "split_authority"]


class Target(msgspec.Struct, frozen=True):
    """The end that a client speaks to at one layer of a connection.

    ``host`` is the name that led there, or None.  ``address`` is the address connected to;
    inside a tunnel, where no address was ever looked up, it repeats what the client asked
    for.  ``via`` names the proxies passed so far; ``secure`` says that TLS was used on the
    innermost stretch.
    """

    host: str | None
    address: str
    port: int
    via: tuple[str, ...] = ()
    secure: bool = False

    @property
    def name(self) -> str:
        """The host where a name led here, else the address."""
        return self.host or self.address

    @property
    def authority(self) -> str:
        """``host:port``, an IPv6 address in brackets."""
        return join_authority(self.name, self.port)


def join_authority(host: str, port: int) -> str:
    """Return ``host:port`` as it stands in a URL."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def split_authority(text: str, default_port: int) -> tuple[str, int]:
    """Split ``user@host:port`` into lower-case host without brackets, and port.

    Untrusted text: whatever is not a port number is left in the host and the default used.
    """
    text = text.rpartition("@")[2].strip()
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        digits = rest.removeprefix(":")
    else:
        host, separator, digits = text.rpartition(":")
        if not separator or ":" in host:
            host, digits = text, ""
    if digits.isascii() and digits.isdigit() and len(digits) <= 5 and int(digits) <= 65535:
        return host.lower(), int(digits)
    if digits:
        return text.lower(), default_port
    return host.lower(), default_port


def is_address(text: str) -> bool:
    """Say whether the text is an IP address literal."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
