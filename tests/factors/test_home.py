from __future__ import annotations

import pytest

from lab.factors.home import FACTOR
from lab.factors.host_spec import BARE, File


def test_bare_adds_nothing():
    assert FACTOR.realise("bare", BARE) == BARE


def test_settings_are_files_in_the_home_of_whoever_it_is():
    made = FACTOR.realise("npm=https://npm.example.org;ssh=gw.example.org", BARE)
    assert set(made.files) == {"~/.npmrc", "~/.ssh/config", "~/.ssh/known_hosts"}
    assert "/home/dev/.ssh/config" in made.settled().files


def test_what_is_private_only_the_user_reads():
    made = FACTOR.realise("npm=https://a.example;pip=https://a.example", BARE).files
    modes = {path: item.mode for path, item in made.items() if isinstance(item, File)}
    assert modes == {"~/.npmrc": 0o600, "~/.config/pip/pip.conf": 0o644}


def test_what_the_profile_brings_stays():
    own = File(b"registry=https://own.example/\n")
    base = BARE.with_files({"~/.npmrc": own})
    assert FACTOR.realise("npm=https://a.example", base) == base


def test_settings_have_one_order_and_one_spelling():
    assert FACTOR.parse("ssh=GW.example;npm=https://A.example/") == (
        "npm=https://a.example;ssh=gw.example"
    )


@pytest.mark.parametrize(
    "level",
    ["", ";", "npm", "npm=", "bare;npm=https://a.example", "npm=https://a.example;",
     "ssh=a.example;ssh=b.example", "gitconfig=x", "Bare", "agents=all;agents=codex"],
)  # fmt: skip
def test_what_no_home_holds_is_refused(level: str):
    with pytest.raises(ValueError):
        FACTOR.parse(level)


def test_a_refusal_says_what_is_meant():
    with pytest.raises(ValueError, match="nearest: npm"):
        FACTOR.parse("nmp=https://a.example")
    with pytest.raises(ValueError, match=r"^desktop: .*nearest: de_DE"):
        FACTOR.parse("desktop=de")


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("npm=https://a.example/x", ("https://a.example/x", "a.example")),
        ("aws=eu-west-1;ssh=gw.example", ("eu-west-1", "gw.example")),
        ("desktop=de_DE", ("Schreibtisch", "Downloads", "Dokumente", "de_DE")),
        ("input-method=fcitx5/mozc", ("mozc", "fcitx5")),
        ("input-method=ibus", ("ibus",)),
        ("bare", ()),
    ],
)
def test_a_copy_holds_the_value_and_its_host(level: str, expected: tuple[str, ...]):
    assert FACTOR.needles(level) == expected


def test_each_needle_is_in_a_file_or_its_path():
    for level in FACTOR.levels:
        made = FACTOR.realise(level, BARE).files
        held = "".join(
            path + item.content.decode() for path, item in made.items() if isinstance(item, File)
        )
        assert all(needle in held for needle in FACTOR.needles(level)), level
