"""Words of a client's files: hosts, endings, and keywords near them."""

import msgspec
import pytest

from lab.clients.mining.hosts import HostWords, find_host_words
from tests.experiment.model import CLIENT

SCRIPT = b"""
const home = "https://api.vendor.com/v1", file = "main.py", own = "x.example.com";
const closer = ["gateway.rival.ai", "api.other.cn", 'third.com.br'];
const ends = [".cn", ".com.br", ".js", ".ts"], words = ["proxy", "relay"];
%s
const far = "unrelated";
""" % (b"//" * 400)


@pytest.fixture
def find(tmp_path):
    """The words of a client with this script and a file that is no program."""

    def find_in(script):
        (tmp_path / "a.js").write_bytes(script)
        (tmp_path / "b.txt").write_bytes(b"'only.text.com'")
        program = (str(tmp_path / "a.js"),)
        return find_host_words(
            msgspec.structs.replace(CLIENT, program=program, readable=(str(tmp_path),))
        )

    return find_in


def test_what_stands_in_a_script(find):
    found = find(SCRIPT)
    assert set(found.hosts) == {
        "api.vendor.com",
        "gateway.rival.ai",
        "api.other.cn",
        "third.com.br",
    }
    assert set(found.endings) == {".cn", ".com.br"}
    assert {"proxy", "relay"} <= set(found.keywords)
    assert "unrelated" not in found.keywords


def test_what_stands_in_a_list_comes_first(find):
    assert find(SCRIPT).hosts[-1] == "api.vendor.com"


def test_an_ending_of_a_file_is_a_host_in_a_url(find):
    assert find(b"'main.py' 'https://name.py/'").hosts == ("name.py",)


def test_the_files_of_a_client_are_searched_always_in_one_order(find):
    assert find(SCRIPT) == find(SCRIPT)
    assert "only.text.com" not in find(SCRIPT).hosts


def test_nothing_is_found_in_nothing(find):
    assert find(b"") == HostWords()
    assert find_host_words(CLIENT) == HostWords()
