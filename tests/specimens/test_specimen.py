"""A folder's truth becomes specimens, and a specimen becomes a client."""

import os

import pytest

from lab.clients.c_compiler import find_compiler
from lab.errors import UsageError
from lab.specimens.specimen import make_client, load_specimens

HEAD = """\
schema = "fingerprint-lab/specimens/1"
[provider]
host = "api.example.com"
protocol = "anthropic-messages"
endpoint_variable = "BASE_URL"
optout = { DO_NOT_TRACK = "1" }
"""
COPY = """\
[[specimen]]
name = "copy"
argv = ["/usr/bin/python3", "copy.py"]
description = "Copies."
factors = ["timezone", "endpoint"]
routes = ["endpoint"]
[[specimen.expected]]
cause = ["timezone"]
channel = "http"
host = "a.example"
kind = "copied"
covert = false
note = "body"
"""
IN_C = """\
[[specimen]]
name = "inc"
argv = ["cc", "inc.c"]
description = "In C."
factors = ["hostname"]
quiet = true
"""


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "specimens"
    folder.mkdir()
    (folder / "truth.toml").write_text(HEAD + COPY + IN_C)
    (folder / "copy.py").write_text("print(1)\n")
    (folder / "inc.c").write_text("int main(void) { return 0; }\n")
    return folder


def test_specimens_are_read_in_order_settled(folder):
    found_set = load_specimens(folder)
    copy, inc = found_set.specimens
    assert copy.argv == ("/usr/bin/python3", str(folder / "copy.py"))
    assert copy.is_ordinary
    assert not copy.hard
    assert inc.argv == ("cc", str(folder / "inc.c"))
    assert found_set.provider.host == "api.example.com"


def test_routes_are_allowed_and_nothing_else(folder):
    copy = load_specimens(folder).specimens[0]
    (allowed,) = copy.allowed
    assert allowed.matches(("endpoint",), "dns", "x.example", "route")
    assert not allowed.matches(("endpoint",), "http", "x.example", "derived")
    assert not allowed.matches(("endpoint", "timezone"), "http", "x.example", "route")


def test_the_error_for_a_folder_without_truth_names_the_right_folder(tmp_path):
    with pytest.raises(UsageError, match="tests/specimens"):
        load_specimens(tmp_path)


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("quiet =", "quite =", "quite"),
        ('"http"', '"carrier pigeon"', "carrier pigeon"),
        ("schema =", "schema", "truth.toml"),
    ],
)
def test_what_is_wrong_in_the_truth_is_named(folder, before, after, named):
    file = folder / "truth.toml"
    file.write_text(file.read_text().replace(before, after, 1))
    with pytest.raises(UsageError, match=named):
        load_specimens(folder)


def test_a_specimen_is_a_client_of_the_provider(folder, tmp_path):
    found_set = load_specimens(folder)
    found = make_client(found_set, found_set.specimens[0], tmp_path / "cache")
    assert found.program == ("/usr/bin/python3", str(folder / "copy.py"))
    assert found.readable == (str(folder),)
    assert found.profile.provider.host == "api.example.com"
    assert found.profile.optout == {"DO_NOT_TRACK": "1"}
    assert not (tmp_path / "cache").exists()


def test_the_digest_follows_the_program_and_what_specimens_share(folder, tmp_path):
    def digest():
        found_set = load_specimens(folder)
        return make_client(found_set, found_set.specimens[0], tmp_path).digest

    first = digest()
    (folder / "inc.c").write_text("int main(void) { return 1; }\n")
    assert digest() == first
    (folder / "_common.py").write_text("x = 1\n")
    second = digest()
    (folder / "copy.py").write_text("print(2)\n")
    assert len({first, second, digest()}) == 3


@pytest.mark.skipif(find_compiler() is None, reason="this machine has no C compiler")
def test_the_path_of_a_compiled_specimen_does_not_reveal_where_it_was_compiled(folder, tmp_path):
    found_set = load_specimens(folder)
    found = make_client(found_set, found_set.specimens[1], tmp_path / "cache")
    assert found.program == ("/opt/inc/inc",)
    assert found.readable == ()
    ((there, here),) = found.mounts
    assert here == "/opt/inc"
    assert os.listdir(there) == ["inc"]
    assert found.dynamic is True


def test_a_missing_tool_is_named(folder, monkeypatch):
    copy, inc = load_specimens(folder).specimens
    monkeypatch.setattr("lab.specimens.specimen.find_compiler", lambda: None)
    monkeypatch.setattr("lab.specimens.specimen.Path.exists", lambda path: False)
    assert (copy.missing_program, inc.missing_program) == ("/usr/bin/python3", "a C compiler")
    assert not copy.is_runnable
