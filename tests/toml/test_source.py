"""A text becomes a record, or an error of the caller's class with file, line and key."""

import msgspec
import pytest

from lab.errors import ClientError, UsageError
from lab.toml import TomlSource


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    size: int = 0


class Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    table: Table = Table()
    rules: tuple[Table, ...] = ()
    files: dict[str, str] = {}


def test_a_text_becomes_a_record():
    source = TomlSource("[table]\nsize = 3\n[[rules]]\nsize = 4", "f.toml", UsageError)
    assert source.convert(Document) == Document(Table(3), (Table(4),))


@pytest.mark.parametrize("error", [UsageError, ClientError])
def test_errors_are_of_the_callers_class(error):
    with pytest.raises(error):
        TomlSource("x = ", "f.toml", error)
    with pytest.raises(error):
        TomlSource("x = 1", "f.toml", error).convert(Document)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[table]\n\nsize = 'a'", "f.toml:3: [table] size: must be a whole number, not 'a'"),
        ("[[rules]]\n[[rules]]\nsize = 'a'", "f.toml:3: [[rules]] size: must be a whole number"),
        ("[table]\n'a b' = 1", "f.toml:2: [table] 'a b': no such key"),
        ("table.sise = 1", "f.toml:1: [table] sise: no such key; did you mean size?"),
        ("x = " + "[" * 5000, "f.toml: not valid TOML: "),
        ("x = " + "9" * 5000, "f.toml: not valid TOML: "),
        ("x = 2020-02-31", "f.toml: not valid TOML: "),
    ],
)
def test_an_error_is_one_line_with_file_line_and_key(text, message):
    with pytest.raises(UsageError) as raised:
        TomlSource(text, "f.toml", UsageError).convert(Document)
    assert str(raised.value).startswith(message)
    assert "\n" not in str(raised.value)


def test_a_mistake_that_the_caller_finds_gets_the_same_form():
    source = TomlSource("a = 1\n[table]\nsize = 1\n", "f.toml", UsageError)
    assert str(source.error_at(("table", "size"), "is odd")) == "f.toml:3: [table] size: is odd"
    assert str(source.error_at(("table", "none"), "is odd")) == "f.toml:2: [table] none: is odd"
    assert str(source.error_at(("none",), "is odd")) == "f.toml: none: is odd"
    with pytest.raises(UsageError, match=r"f\.toml:3: \[table\] size: must be a text, not 1"):
        source.check(1, str, ("table", "size"))
