"""Environment variables are the environment's; so are locale and what C code reads."""

from __future__ import annotations

import ctypes
import locale
import os
import subprocess
import sys

import pytest

from lab.factors.host_spec import BARE


def in_c(name):
    """A variable as C code sees it."""
    getenv = ctypes.CDLL(None).getenv
    getenv.restype = ctypes.c_char_p
    found = getenv(name.encode())
    return None if found is None else found.decode()


def test_they_are_exactly_those(observe):
    base = BARE.with_variables(SPECIAL="ü", TERM="xterm")
    found = observe.result_of(lambda: dict(os.environ), {"user": "marta"}, base=base)
    assert found == {
        "HOME": "/home/marta",
        "LOGNAME": "marta",
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "PWD": "/home/marta/project",
        "SHELL": "/bin/bash",
        "USER": "marta",
        "SPECIAL": "ü",
        "TERM": "xterm",
        "LC_CTYPE": "C.UTF-8",
    }


def test_all_ways_of_asking_agree(observe):
    environ = os.environ

    def ask():
        return [
            os.environ["HOME"],
            environ["HOME"],
            os.environb[b"HOME"].decode(),
            os.getenv("HOME"),
            os.path.expanduser("~"),
        ]

    assert set(observe.result_of(ask, {"user": "sam:Sam:501:/Users/sam:/bin/bash"})) == {
        "/Users/sam"
    }


def test_what_a_client_sets_reaches_no_process_of_the_tests(observe):
    def change():
        os.environ["TWIN_LEAK"] = "1"
        os.putenv("TWIN_LEAK_TOO", "1")
        return in_c("TWIN_LEAK"), os.environ["TWIN_LEAK"]

    assert observe.result_of(change) == [None, "1"]
    program = "import os; print([name for name in os.environ if 'LEAK' in name])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout == b"[]\n"


def test_the_zone_that_c_code_gets_does_not_show(observe):
    def ask():
        return os.environ.get("TZ"), in_c("TZ")

    shown, given = observe.result_of(ask, {"timezone": "localtime=Asia/Tokyo"})
    assert (shown, given) == (None, ":/usr/share/zoneinfo/Asia/Tokyo")
    before = os.environ.get("TZ")
    assert in_c("TZ") == before


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        ("C.UTF-8", ["C.UTF-8", ".", None]),
        ("tr_TR.UTF-8", ["tr_TR.UTF-8", ",", None]),
        ("unset", ["C.UTF-8", ".", "C.UTF-8"]),
    ],
)
def test_the_locale_is_as_python_finds_it_at_its_start(observe, level, expected):
    def ask():
        current = locale.setlocale(locale.LC_CTYPE)
        locale.setlocale(locale.LC_ALL, "")
        point = locale.localeconv()["decimal_point"]
        return current, point, os.environ.get("LC_CTYPE")

    before = locale.setlocale(locale.LC_ALL)
    assert observe.result_of(ask, {"locale": level}) == expected
    assert locale.setlocale(locale.LC_ALL) == before


def test_other_locales_do_not_exist(observe):
    def try_it():
        try:
            locale.setlocale(locale.LC_ALL, "de_DE.UTF-8")
        except locale.Error:
            return "there is none"

    assert observe.result_of(try_it, {"locale": "tr_TR.UTF-8"}) == "there is none"
