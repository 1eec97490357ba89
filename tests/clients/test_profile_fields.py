"""Each type of a profile's values accepts what clients need and refuses what would break them."""

import msgspec
import pytest

from lab.clients import profile_fields as fields

VALID = [
    (fields.ClientName, ["probe", "a.b-c_d", "9"]),
    (fields.Package, ["name", "@scope/name", "Name.x~1"]),
    (fields.MajorVersion, ["22"]),
    (fields.RelativePath, ["a", ".probe/config.json", "a..b", "~a", "a/~"]),
    (fields.Host, ["api.example.com", "::1", "localhost:80"]),
    (fields.Url, ["http://a", "https://a.example/v1"]),
    (fields.Variable, ["A", "_a9"]),
    (fields.Seconds, [0.5, 1, 86_400]),
    (fields.HttpStatus, [200, 599]),
    (fields.Word, ["a", "\n", "ä"]),
    (fields.Text, ["", "a"]),
]
REFUSED = [
    (fields.ClientName, ["", ".a", "a/b", "a\n", "a b"]),
    (fields.Package, ["", "a@1", "--help", "a b", "@Scope/a", "a\n"]),
    (fields.MajorVersion, ["", "v22", "22.1", "22\n"]),
    (fields.RelativePath, ["", "/a", "~", "~/a", "..", "../a", "a/../b", "a/..", "a\0"]),
    (fields.Host, ["", "https://a", "a/b", "a\n"]),
    (fields.Url, ["a.example", "ftp://a", "https:///a", "https://a\0"]),
    (fields.Variable, ["", "9a", "A-B", "A B", "A\n"]),
    (fields.Seconds, [0, -1, 86_401, True, "60", float("nan")]),
    (fields.HttpStatus, [199, 600, True, 200.5]),
    (fields.Word, ["", "\0"]),
    (fields.Text, ["\0", 1]),
]


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, values in VALID for v in values])
def test_valid_values_are_accepted(kind, value):
    assert msgspec.convert(value, kind) == value


@pytest.mark.parametrize(("kind", "value"), [(k, v) for k, values in REFUSED for v in values])
def test_other_values_are_refused(kind, value):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(value, kind)
