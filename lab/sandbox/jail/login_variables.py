"""The environment variables that a login sets."""

from __future__ import annotations

from collections.abc import Iterable

from lab.factors.host_spec import HostSpec

__all__ = ["add_login_variables"]


def add_login_variables(
    spec: HostSpec, search_path: Iterable[str] = ("/usr/local/bin", "/usr/bin", "/bin")
) -> dict[str, str]:
    """Return the spec's variables, with those that user and directory imply where unset."""
    user = spec.user
    implied = {
        "HOME": user.home,
        "LOGNAME": user.login,
        "PATH": ":".join(search_path),
        "PWD": spec.directory,
        "SHELL": user.shell,
        "USER": user.login,
    }
    return {**implied, **spec.variables}
