"""Which specimens a benchmark uses."""

import argparse
from types import SimpleNamespace

import pytest

from bench.specimens import add_specimen_options, parse_numbers, select_specimens
from lab.errors import UsageError


def specimen(name, *, ordinary=True, lacks=None):
    return SimpleNamespace(
        name=name, is_ordinary=ordinary, missing_program=lacks, is_runnable=lacks is None
    )


EVERY = SimpleNamespace(
    folder="specimens",
    specimens=(specimen("a"), specimen("eternal", ordinary=False), specimen("c", lacks="node")),
)


def test_all_that_end_and_can_run_here(capsys):
    assert [each.name for each in select_specimens(EVERY, ())] == ["a"]
    assert capsys.readouterr().err == "bench: c is left out: this machine lacks node\n"


def test_named_ones_once_each():
    chosen = select_specimens(EVERY, ("eternal", "a", "a"))
    assert [each.name for each in chosen] == ["eternal", "a"]


@pytest.mark.parametrize(
    ("names", "message"),
    [(("b",), "there is no specimen 'b'"), (("c",), "this machine lacks node")],
)
def test_a_wrong_name_is_a_usage_error(names, message):
    with pytest.raises(UsageError, match=message):
        select_specimens(EVERY, names)


def test_none_is_a_usage_error():
    with pytest.raises(UsageError, match="no specimen"):
        select_specimens(SimpleNamespace(folder="specimens", specimens=()), ())


def test_numbers_are_read_once_each():
    assert parse_numbers("0, 2,2") == (0, 2)
    with pytest.raises(argparse.ArgumentTypeError, match="not a list of whole numbers"):
        parse_numbers("1,x")


def test_options():
    parser = argparse.ArgumentParser()
    add_specimen_options(parser)
    assert parser.parse_args(["--names", "a, b"]).names == ("a", "b")
    assert (parser.parse_args([]).folder / "truth.toml").exists()
