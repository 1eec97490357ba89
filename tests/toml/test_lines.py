"""The line of each key: for every way in which TOML writes tables and values."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from lab.toml.lines import MAX_ATTEMPTS, statement_lines

TEXT = '''# a comment
name = "x"

[table]
key = 1
dotted.key = 2
inline = { a = 1, b = { c = 2 } }
[table.inner]
list = [
  1,  # ]
  2,
]
after = """
[[rules]]
fake = 1
"""
[[rules]]
a = 1
[rules.inner]
b = 2
[[rules]]
[[rules.more]]
c = 3
[[rules.more]]
'''


def test_every_way_to_write_a_key_has_its_line():
    assert statement_lines(TEXT) == {
        ("name",): 2,
        ("table",): 4,
        ("table", "key"): 5,
        ("table", "dotted"): 6,
        ("table", "dotted", "key"): 6,
        ("table", "inline"): 7,
        ("table", "inline", "a"): 7,
        ("table", "inline", "b"): 7,
        ("table", "inline", "b", "c"): 7,
        ("table", "inner"): 8,
        ("table", "inner", "list"): 9,
        ("table", "inner", "after"): 13,
        ("rules",): 17,
        ("rules", 0): 17,
        ("rules", 0, "a"): 18,
        ("rules", 0, "inner"): 19,
        ("rules", 0, "inner", "b"): 20,
        ("rules", 1): 21,
        ("rules", 1, "more"): 22,
        ("rules", 1, "more", 0): 22,
        ("rules", 1, "more", 0, "c"): 23,
        ("rules", 1, "more", 1): 24,
    }


def test_lines_may_end_as_on_windows():
    assert statement_lines(TEXT.replace("\n", "\r\n")) == statement_lines(TEXT)


def test_after_a_statement_with_too_many_possible_ends_no_line_has_a_number():
    many = "a = 1\nb = [\n" + "[],\n" * (MAX_ATTEMPTS + 5) + "]\nc = 2\n"
    assert tomllib.loads(many)["c"] == 2
    assert statement_lines(many) == {("a",): 1}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["[t]", "[[l]]", "[t.u]", "[[l.m]]"]),
            st.sampled_from(["1", '"x"', "'''\n[[l]]\n'''", "[\n1,\n]", "{ a = 1 }", "[[\n]]"]),
        ),
        max_size=8,
    )
)
def test_each_table_and_key_of_a_document_has_a_line(parts):
    lines, keys = [], {}
    for number, (header, value) in enumerate(parts):
        lines += header, *f"k{number} = {value}".split("\n")
        keys[f"k{number}"] = next(n for n, x in enumerate(lines, 1) if x.startswith(f"k{number} "))
    text = "\n".join(lines)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    found = {path[-1]: line for path, line in statement_lines(text).items()}
    assert {key: found[key] for key in keys} == keys
