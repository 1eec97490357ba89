"""A file as a program."""

from __future__ import annotations

import sys

import pytest

from lab.environment import Environment
from lab.sandbox.twin import Twin
from lab.sandbox.twin.process.run_script import script


def test_it_runs_as_main_each_time_anew(home, tmp_path):
    (tmp_path / "helper.py").write_text("WORD = 'helped'\n")
    (tmp_path / "program.py").write_text(
        "import sys, helper, __main__\n"
        "assert __main__.__name__ == __name__ == '__main__'\n"
        "assert not hasattr(__main__, 'seen')\n"
        "seen = True\n"
        "print(helper.WORD, sys.argv, __file__ == sys.argv[0])\n"
        "sys.exit(4)\n"
    )
    path = str(tmp_path / "program.py")
    main = sys.modules["__main__"]
    with Twin(script(path), argv=(path, "-x"), home=home) as twin:
        ends = [twin.observe(Environment.of({})).exit for _ in range(2)]
    assert [end.code for end in ends] == [4, 4]
    assert ends[0].stdout == ends[1].stdout == f"helped {[path, '-x']} True\n".encode()
    assert sys.modules["__main__"] is main
    assert "helper" not in sys.modules


def test_its_objects_end_with_it(home, tmp_path):
    path = tmp_path / "program.py"
    path.write_text(
        "import atexit, socket\n"
        "class Thing:\n"
        "    def __del__(self, name=socket.gethostname): print('gone', name())\n"
        "thing = Thing()\n"
        "atexit.register(print, 'at exit')\n"
        "print('end')\n"
    )
    with Twin(script(path), home=home) as twin:
        end = twin.observe(Environment.of({"hostname": "juniper"})).exit
    assert end.stdout == b"end\nat exit\ngone juniper\n"


def test_its_own_errors_show_its_own_lines(home, tmp_path):
    path = tmp_path / "program.py"
    path.write_text("def fail():\n    return undefined_name\n\nfail()\n")
    with Twin(script(path), readable=(str(tmp_path),), home=home) as twin:
        end = twin.observe(Environment.of({})).exit
    assert end.code == 1
    assert "return undefined_name" in end.stderr.decode()
    assert "twin" not in end.stderr.decode().replace(str(tmp_path), "")


def test_what_is_no_program_is_said_at_once(tmp_path):
    (tmp_path / "broken.py").write_text("def (")
    with pytest.raises(SyntaxError):
        script(tmp_path / "broken.py")
    with pytest.raises(FileNotFoundError):
        script(tmp_path / "missing.py")
