import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from lab.reports.text.wrapping import wrap


@pytest.mark.parametrize(
    ("text", "cells", "lines"),
    [
        ("a, b, c", 4, ["a,", "b, c"]),
        (
            "bypass:http://proxy.example.net:3128, unset",
            24,
            ["bypass:http://proxy.", "example.net:3128, unset"],
        ),
        ("one,two,three", 9, ["one,two,", "three"]),
        ("https://proxy.example.net", 12, ["https://", "proxy.", "example.net"]),
        ("x" * 10, 4, ["xxxx", "xxxx", "xx"]),
        ("", 4, [""]),
        ("a  b", 9, ["a  b"]),
    ],
)
def test_where_lines_break(text, cells, lines):
    assert wrap(text, cells) == lines


@given(st.text(st.sampled_from("ab ,.:/界"), max_size=80), st.integers(2, 30))
def test_nothing_is_lost_and_every_line_fits(text, cells):
    lines = wrap(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(st.lists(st.sampled_from(["a", "bb", "ccc"]), min_size=1), st.integers(3, 20))
def test_words_that_fit_stay_whole(words, cells):
    assert [word for line in wrap(" ".join(words), cells) for word in line.split()] == words
