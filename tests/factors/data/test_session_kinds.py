"""Kinds of session: default values are canonical, and variables contain the value."""

import pytest

from lab.factors.data.session_kinds import KINDS

EACH = pytest.mark.parametrize("name", KINDS)


@EACH
def test_the_default_value_is_canonical(name):
    kind = KINDS[name]
    if kind.value:
        assert kind.clean(kind.value) == kind.value
    else:
        with pytest.raises(ValueError, match="takes no value"):
            kind.clean("x")


@EACH
def test_every_kind_sets_variables_of_one_line(name):
    variables = KINDS[name].variables(KINDS[name].value)
    assert variables
    assert all("\n" not in f"{key}{value}" for key, value in variables.items())


@pytest.mark.parametrize(
    ("name", "value"),
    [("ssh", "localhost"), ("ssh", "0.0.0.0"), ("ssh", "fe80::1%eth0"), ("tmux", "a,b"),
     ("x11", "a b"), ("editor", "vim\n"), ("agent", "cursr")],
)  # fmt: skip
def test_values_that_a_kind_cannot_have_are_refused(name, value):
    with pytest.raises(ValueError):
        KINDS[name].clean(value)


def test_addresses_have_one_spelling_and_a_remote_port_of_their_own():
    ssh = KINDS["ssh"]
    assert ssh.clean("2001:DB8::0:1") == "2001:db8::1"
    one, two = (ssh.variables(address)["SSH_CLIENT"] for address in ("192.0.2.7", "192.0.2.8"))
    assert one.split()[1] != two.split()[1]
    assert one.split()[2] == two.split()[2] == "22"
