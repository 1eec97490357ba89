from __future__ import annotations

import pytest

from lab.factors import git
from lab.factors.host_spec import BARE, File
from lab.factors.project import FACTOR


def test_plain_adds_nothing():
    assert FACTOR.realise("plain", BARE) == BARE


def test_kinds_are_files_in_the_working_directory_wherever_it_is():
    made = FACTOR.realise("env+python", BARE)
    assert set(made.files) == {"./.env", "./pyproject.toml", "./requirements.txt"}
    assert "/home/dev/project/.env" in made.settled().files


def test_nothing_of_the_repository_is_replaced():
    committed = git.FACTOR.realise("plain", BARE)
    for level in FACTOR.levels:
        made = FACTOR.realise(level, committed)
        assert committed.files.items() <= made.files.items()
        assert len(made.files) > len(committed.files)


def test_what_the_profile_brings_stays():
    base = BARE.with_files({"./.env": File(b"OWN=1\n")})
    assert FACTOR.realise("env", base) == base


def test_kinds_have_one_order_and_leave_out_the_usual_name():
    assert FACTOR.parse("rust=ledger+env=x+go") == "env=x+go+rust"
    assert FACTOR.parse("agents-md=e\u0301") == "agents-md=é"


@pytest.mark.parametrize(
    "level",
    ["", "+", "python+", "python=", "plain+python", "python+python=x", "empty", "Python",
     "claude-md=a+b", "node=@x"],
)  # fmt: skip
def test_what_is_no_project_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_refusal_says_what_is_meant():
    with pytest.raises(ValueError, match="nearest: python"):
        FACTOR.parse("pyhton")
    with pytest.raises(ValueError, match=r"^rust: "):
        FACTOR.parse("rust=1")


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("plain", ()),
        ("go=git.example/bill", ("git.example/bill", "git.example", "bill")),
        ("agents-md=Учёт 帳簿", ("Учёт 帳簿",)),
        ("node=@acme/bill",
         ("@acme/bill", "acme", "bill", "https://npm.acme.example", "npm.acme.example")),
    ],
)  # fmt: skip
def test_a_copy_holds_the_name_and_the_registry(level: str, expected: tuple[str, ...]):
    assert FACTOR.needles(level) == expected


def test_each_needle_is_in_a_file():
    for level in FACTOR.levels:
        made = FACTOR.realise(level, BARE).files.values()
        held = "".join(item.content.decode() for item in made if isinstance(item, File))
        assert all(needle in held for needle in FACTOR.needles(level)), level
