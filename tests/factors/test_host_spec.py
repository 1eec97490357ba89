"""The host spec: additions keep what is there, and paths become absolute in the end."""

import msgspec

from lab.factors.host_spec import BARE, File, User


def test_variables_are_set_and_unset_in_a_copy():
    one = BARE.with_variables(A="1", B="2")
    assert one.with_variables(B=None, C="3").variables == {"A": "1", "C": "3"}
    assert (one.variables, BARE.variables) == ({"A": "1", "B": "2"}, {})


def test_files_are_added_and_replaced_in_a_copy():
    one = BARE.with_files({"~/a": File(b"1")})
    two = one.with_files({"~/a": File(b"2"), "~/b": File()})
    assert two.files == {"~/a": File(b"2"), "~/b": File()}
    assert one.files == {"~/a": File(b"1")}


def test_paths_follow_the_home_and_the_working_directory():
    spec = msgspec.structs.replace(
        BARE.with_files({"~/a": File(), "./b": File(), "/c": File(), "~": File(), ".": File()}),
        user=User(home="/home/ana/"),
        directory="~/work",
        directories=("~/.cache", "./.git"),
    )
    settled = spec.settled()
    assert settled.directory == "/home/ana/work"
    assert list(settled.files) == [
        "/home/ana/a", "/home/ana/work/b", "/c", "/home/ana", "/home/ana/work",
    ]  # fmt: skip
    assert settled.directories == ("/home/ana/.cache", "/home/ana/work/.git")
    assert settled.settled() == settled
