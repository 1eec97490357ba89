"""TOML files that users write: text to a frozen record, each mistake one line.

In: a text, its file's name, and a format: a :class:`msgspec.Struct` with
``forbid_unknown_fields``, whose ``Meta(description=...)`` is what an error says, as in "must be
a number of seconds, not '60'".  Out: the record, or one error that names file, line, table, key
and what to write instead.  Profiles of clients and policies are read through it.
"""

from lab.toml.mistakes import quote_value
from lab.toml.source import TomlSource

__all__ = ["TomlSource", "quote_value"]
