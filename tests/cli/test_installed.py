"""An installed client in its jail: it works where it is shown, and finds nothing of the host."""

import json
import textwrap
import zipfile

import pytest

from lab.cli.main import main

pytestmark = pytest.mark.cell

PROGRAM = """\
import os, sys, tiny_client


def main():
    mounts = open("/proc/self/mountinfo").read()
    print(sys.argv[0], sys.executable, sys.prefix, tiny_client.__file__)
    print(main.__code__.co_filename)
    print(sorted(os.listdir("/opt")), [line for line in mounts.splitlines() if "/opt" in line])
    print(sys.argv[1:])
"""


def wheel(folder):
    """A package with a console script."""
    info = "tiny_client-1.5.dist-info"
    members = {
        "tiny_client.py": PROGRAM,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny-client\nVersion: 1.5\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
        f"{info}/entry_points.txt": "[console_scripts]\ntiny = tiny_client:main\n",
    }
    folder.mkdir()
    with zipfile.ZipFile(folder / "tiny_client-1.5-py3-none-any.whl", "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
        record = "".join(f"{name},,\n" for name in [*members, f"{info}/RECORD"])
        archive.writestr(f"{info}/RECORD", record)


def profile(folder, text):
    file = folder / "mine.toml"
    file.write_text(textwrap.dedent(text))
    return str(file)


def run(words, home, capsys):
    """What ``lab run`` says of the client's end."""
    assert main(["run", *words, "--json", "--home", str(home)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["exit"]["code"] == 0, document["exit"]["stderr"]
    return document["exit"]


def test_a_client_from_pypi_is_at_home_where_it_is_shown(tmp_path, monkeypatch, capsys):
    wheel(tmp_path / "index")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    mine = profile(
        tmp_path,
        """
        [client]
        name = "tiny"
        argv = ["tiny", "{prompt}", "{install}/share"]
        prompt = 'say {home} and {"a": "{b}"}'
        [install]
        pypi = "tiny-client"
        """,
    )
    ended = run([mine], tmp_path / "home", capsys)
    found, compiled, listing, arguments = ended["stdout"].splitlines()
    program, interpreter, prefix, module = found.split()
    assert (program, prefix) == ("/opt/tiny/bin/tiny", "/opt/tiny")
    assert interpreter == "/opt/tiny/bin/python3"
    assert module.startswith("/opt/tiny/lib/")
    assert compiled == module
    assert listing.startswith("['tiny'] ['")
    assert " / /opt/tiny ro," in listing
    assert arguments == str(['say {home} and {"a": "{b}"}', "/opt/tiny/share"])
    assert tmp_path.name not in ended["stdout"]


@pytest.mark.client("cowsay")
def test_a_client_from_the_real_registry(tmp_path, capsys):
    mine = profile(
        tmp_path,
        """
        [client]
        name = "cow"
        argv = ["cowsay", "-t", "{prompt}"]
        prompt = "moo from a jail"
        [install]
        pypi = "cowsay"
        """,
    )
    assert "moo from a jail" in run([mine], tmp_path / "home", capsys)["stdout"]
