"""Environment variables of a login."""

from __future__ import annotations

from lab.factors.host_spec import BARE
from lab.sandbox.jail.login_variables import add_login_variables


def test_the_specs_variables_win():
    spec = BARE.with_variables(SHELL="/bin/zsh", MARK="x").settled()
    variables = add_login_variables(spec, ["/opt/bin", "/bin"])
    assert variables == {
        "HOME": "/home/dev",
        "LOGNAME": "dev",
        "MARK": "x",
        "PATH": "/opt/bin:/bin",
        "PWD": "/home/dev/project",
        "SHELL": "/bin/zsh",
        "USER": "dev",
    }
