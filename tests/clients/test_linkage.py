"""Which programs the dynamic loader serves."""

import os
import struct
from pathlib import Path

import pytest

from lab.clients.linkage import detect_linkage, find_interpreter

SEARCH = ("/usr/bin", "/bin")


def elf(loader: bytes | None, *, wide: bool = True) -> bytes:
    """A minimal ELF image with one program header."""
    kind = 3 if loader is not None else 1
    content = (loader or b"") + b"\0"
    if wide:
        header = b"\x7fELF\x02\x01\x01".ljust(32, b"\0") + struct.pack(
            "<QQIHHHH", 64, 0, 0, 64, 56, 1, 0
        )
        entry = struct.pack("<IIQQQQQQ", kind, 0, 120, 0, 0, len(content), 0, 0)
    else:
        header = b"\x7fELF\x01\x01\x01".ljust(28, b"\0") + struct.pack(
            "<IIIHHHH", 52, 0, 0, 52, 32, 1, 0
        )
        header = header.ljust(52, b"\0")
        entry = struct.pack("<IIIIIIII", kind, 84, 0, 0, len(content), 0, 0, 0)
    return header.ljust(64 if wide else 52, b"\0") + entry + content


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize(
    ("loader", "expected"),
    [
        (b"/lib64/ld-linux-x86-64.so.2", "glibc"),
        (b"/lib/ld-linux-aarch64.so.1", "glibc"),
        (b"/lib/ld-musl-x86_64.so.1", "musl"),
        (b"/system/bin/linker64", "other"),
        (None, "static"),
    ],
)
def test_the_loader_decides(tmp_path, loader, expected, wide):
    program = tmp_path / "program"
    program.write_bytes(elf(loader, wide=wide))
    assert detect_linkage(program, SEARCH) == expected


def test_a_real_program_and_scripts_that_lead_to_it(tmp_path):
    real = os.path.realpath("/bin/sh")
    assert detect_linkage(Path(real), SEARCH) == "glibc"
    direct = tmp_path / "direct"
    direct.write_text("#!/bin/sh -e\n")
    through_env = tmp_path / "env"
    through_env.write_text("#!/usr/bin/env -S A=b sh\n")
    script_of_script = tmp_path / "nested"
    script_of_script.write_text(f"#!{direct}\n")
    for script in (direct, through_env, script_of_script):
        assert detect_linkage(script, SEARCH) == "glibc"
    assert find_interpreter(direct, SEARCH) == Path("/bin/sh")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"text",
        b"#!",
        b"#!\n",
        b"#!/usr/bin/env\n",
        b"#!/usr/bin/env no-such-program-anywhere\n",
        b"#!/no/such/interpreter\n",
        b"\x7fELF",
        b"\x7fELF\x02\x01\x01".ljust(64, b"\xff"),
        elf(b"/lib/ld-linux.so.2")[:80],
    ],
)
def test_what_cannot_be_determined_is_none_not_a_guess(tmp_path, content):
    program = tmp_path / "program"
    program.write_bytes(content)
    assert detect_linkage(program, SEARCH) is None


def test_a_script_that_names_itself_ends(tmp_path):
    script = tmp_path / "loop"
    script.write_text(f"#!{script}\n")
    assert detect_linkage(script, SEARCH) is None
