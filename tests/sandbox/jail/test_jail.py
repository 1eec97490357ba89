"""The record of a trial's input: its defaults show and permit nothing of the host."""

import pytest

from lab.factors.host_spec import BARE
from lab.sandbox.jail.jail import GIBIBYTE, MEBIBYTE, Jail, Limits


def test_nothing_of_the_host_is_readable_by_default():
    jail = Jail(BARE, ("true",))
    assert (jail.readable, jail.mapped_folders, jail.hidden, jail.ca_pem) == ((), (), (), b"")


def test_every_limit_is_finite_by_default():
    limits = Jail(BARE, ("true",)).limits
    assert limits == Limits()
    for name in Limits.__struct_fields__:
        assert 0 < getattr(limits, name) < 1024 * GIBIBYTE


def test_a_record_is_not_changed():
    with pytest.raises(AttributeError):
        Limits().wall_s = 1.0


def test_units_are_binary():
    assert (MEBIBYTE, GIBIBYTE) == (1024**2, 1024**3)
