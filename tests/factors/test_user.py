from __future__ import annotations

import unicodedata

import pytest

from lab.factors.host_spec import BARE, User
from lab.factors.user import FACTOR


@pytest.mark.parametrize(
    ("level", "user"),
    [
        ("dev", User()),
        ("ana", User("ana", "", 1000, 1000, "/home/ana", "/bin/bash")),
        ("root:root:0:/root:/bin/bash", User("root", "root", 0, 0, "/root", "/bin/bash")),
        ("x:Jörg:7:/data/h/x:/bin/sh", User("x", "Jörg", 7, 7, "/data/h/x", "/bin/sh")),
    ],
)
def test_a_level_is_an_account(level: str, user: User):
    assert FACTOR.realise(FACTOR.parse(level), BARE).user == user


def test_what_a_login_says_already_is_left_out():
    assert FACTOR.parse("ana::1000:/home/ana:/bin/bash") == "ana"


def test_a_decomposed_name_is_composed():
    level = "x:" + unicodedata.normalize("NFD", "Jörg") + ":7:/h:/bin/sh"
    assert FACTOR.parse(level) == "x:Jörg:7:/h:/bin/sh"


@pytest.mark.parametrize(
    "level",
    ["", "1a", "a b", "a:b", "a:b:c:/h:/s", "a:b:-1:/h:/s", "a:b:01:/h:/s",
     "a:b:2147483648:/h:/s",
     "a:b,c:1:/h:/s", "a:b\n:1:/h:/s", "a:b:1:h:/s", "a:b:1:/h/:/s", "a:b:1:/h/../x:/s",
     "a:b:1:/:/s",
     "a:b:1:/h:sh", "a:b:1:/h:/s:x", "x" * 33],
)  # fmt: skip
def test_what_is_no_account_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_copy_may_hold_name_home_or_login():
    assert FACTOR.needles("sam:Sam Carter:501:/Users/sam:/bin/sh") == (
        "Sam Carter",
        "/Users/sam",
        "sam",
    )
    assert "184720431" in FACTOR.needles("o:O:184720431:/home/o:/bin/sh")
