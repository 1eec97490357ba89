"""Words of a client's files: hosts, endings, and keywords near them."""

import msgspec

from lab.clients.mining.hosts import HostWords, find_host_words, find_host_words_in
from tests.experiment.model import CLIENT

SCRIPT = b"""
const home = "https://api.vendor.com/v1", file = "main.py", own = "x.example.com";
const closer = ["gateway.rival.ai", "api.other.cn", 'third.com.br'];
const ends = [".cn", ".com.br", ".js", ".ts"], words = ["proxy", "relay"];
%s
const far = "unrelated";
""" % (b"//" * 400)


def test_what_stands_in_a_script():
    found = find_host_words_in(SCRIPT)
    assert set(found.hosts) == {
        "api.vendor.com",
        "gateway.rival.ai",
        "api.other.cn",
        "third.com.br",
    }
    assert set(found.endings) == {".cn", ".com.br"}
    assert {"proxy", "relay"} <= set(found.keywords)
    assert "unrelated" not in found.keywords


def test_what_stands_in_a_list_comes_first():
    assert find_host_words_in(SCRIPT).hosts[-1] == "api.vendor.com"


def test_an_ending_of_a_file_is_a_host_in_a_url():
    assert find_host_words_in(b"'main.py' 'https://name.py/'").hosts == ("name.py",)


def test_the_files_of_a_client_are_searched_always_in_one_order(tmp_path):
    (tmp_path / "a.js").write_bytes(SCRIPT)
    (tmp_path / "b.txt").write_bytes(b"'only.text.com'")
    client = msgspec.structs.replace(
        CLIENT, program=(str(tmp_path / "a.js"),), readable=(str(tmp_path),)
    )
    assert find_host_words(client) == find_host_words_in(SCRIPT)


def test_nothing_is_found_in_nothing():
    assert find_host_words_in(b"") == HostWords()
    assert find_host_words(CLIENT) == HostWords()
