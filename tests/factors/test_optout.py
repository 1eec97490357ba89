from __future__ import annotations

import msgspec
import pytest

from lab.factors.host_spec import BARE
from lab.factors.optout import FACTOR

BASE = msgspec.structs.replace(BARE, optout={"DO_NOT_TRACK": "1"}, variables={"OTHER": "x"})


def test_the_profiles_variables_are_set_or_not():
    assert FACTOR.realise("set", BASE).variables == {"OTHER": "x", "DO_NOT_TRACK": "1"}
    assert FACTOR.realise("unset", FACTOR.realise("set", BASE)) == BASE


def test_there_are_two_levels():
    with pytest.raises(ValueError, match="write set or unset"):
        FACTOR.parse("yes")
