from __future__ import annotations

import pytest

from lab.factors.host_spec import BARE
from lab.factors.hostname import FACTOR


@pytest.mark.parametrize(
    ("level", "name", "domain"),
    [
        ("workstation", "workstation", ""),
        ("DESKTOP-7K2QF9M", "DESKTOP-7K2QF9M", ""),
        ("build07.eng.example.com", "build07", "eng.example.com"),
        ("Mac.LOCAL", "Mac", "local"),
    ],
)
def test_a_level_is_a_name_and_a_domain(level: str, name: str, domain: str):
    made = FACTOR.realise(FACTOR.parse(level), BARE)
    assert (made.hostname, made.domain) == (name, domain)


@pytest.mark.parametrize(
    "level",
    ["", "-a", "a-", "a_b", "a b", "ü", "a..b", ".a", "a.", "12345", "localhost", "x" * 64,
     "localhost.localdomain", "abc.def." + "y" * 60],
)  # fmt: skip
def test_what_no_machine_is_called_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_may_hold_the_whole_or_a_part():
    assert FACTOR.needles("a.b.c") == ("a.b.c", "a", "b.c")
    assert FACTOR.needles("juniper") == ("juniper",)
