"""Standard input, output and error, and what a client can find out about them."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import struct
import sys
import termios

import pytest

PIPE = {"terminal": "pipe"}
TERMINAL = {"terminal": "tty:120x40:xterm-256color"}


def write():
    print("one", flush=True)
    print("two", file=sys.stderr)
    os.write(1, b"three\n")
    os.write(2, b"four\n")
    sys.stdout.buffer.write(b"five\n")
    sys.__stdout__.write("six")


def test_a_pipe_keeps_both_apart(observe):
    end = observe(write, PIPE).exit
    assert end.stdout == b"one\nthree\nfive\nsix"
    assert end.stderr == b"two\nfour\n"


def test_a_terminal_keeps_them_together_with_its_line_ends(observe):
    end = observe(write, TERMINAL).exit
    assert end.stdout == b"one\r\ntwo\r\nthree\r\nfour\r\nfive\r\nsix"
    assert end.stderr == b""


def test_only_the_first_mebibyte_is_kept(observe):
    end = observe(lambda: sys.stdout.write("x" * (3 << 20)), PIPE).exit
    assert end.stdout == b"x" * (1 << 20)


def look():
    def try_(function, *words):
        try:
            return function(*words)
        except (OSError, termios.error) as error:
            return error.args[0]

    packed = try_(fcntl.ioctl, 0, termios.TIOCGWINSZ, b"\0" * 8)
    return [
        [os.isatty(number) for number in range(3)],
        [each.isatty() for each in (sys.stdin, sys.stdout, sys.stderr)],
        [each.fileno() for each in (sys.stdin, sys.stdout, sys.stderr)],
        stat.filemode(os.fstat(1).st_mode)[0],
        try_(os.ttyname, 0),
        try_(os.get_terminal_size),
        shutil.get_terminal_size(),
        struct.unpack("4H", packed) if isinstance(packed, bytes) else packed,
        try_(termios.tcgetattr, 0) == 25,
        sys.stdout.line_buffering,
    ]


def test_a_pipe_is_no_terminal(observe):
    assert observe.result_of(look, PIPE) == [
        [False] * 3, [False] * 3, [0, 1, 2], "p", 25, 25, [80, 24], 25, True, False,
    ]  # fmt: skip


def test_a_terminal_is_one_of_its_size(observe):
    assert observe.result_of(look, TERMINAL) == [
        [True] * 3, [True] * 3, [0, 1, 2], "c", "/dev/pts/0", [120, 40], [120, 40],
        [40, 120, 0, 0], False, True,
    ]  # fmt: skip


def test_a_pipe_says_nothing_to_who_reads(observe):
    assert observe.result_of(lambda: [sys.stdin.read(), os.read(0, 9).decode()], PIPE) == ["", ""]


@pytest.mark.parametrize("read", [input, lambda: sys.stdin.readline(), lambda: os.read(0, 1)])
def test_at_a_terminal_nobody_types(observe, read):
    assert observe(read, TERMINAL, timeout_s=0.1).exit.verdict == "timed out"


@pytest.mark.parametrize(
    ("locale", "errors"),
    [("C.UTF-8", "surrogateescape"), ("unset", "surrogateescape"), ("tr_TR.UTF-8", "strict")],
)
def test_what_cannot_be_written_is_treated_as_python_does(observe, locale, errors):
    def ask():
        return sys.stdout.encoding, sys.stdout.errors, sys.stderr.errors

    assert observe.result_of(ask, {"locale": locale}) == ["utf-8", errors, "backslashreplace"]
