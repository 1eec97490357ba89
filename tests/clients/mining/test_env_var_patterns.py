"""What a file's bytes say about variables, in many languages, and at what cost."""

import struct

import pytest

from lab.clients.mining.env_var_patterns import (
    find_capital_runs,
    find_quoted_names,
    find_script_reads,
    find_shell_reads,
)


@pytest.mark.parametrize(
    "text",
    [
        "a=process.env.APP_KEY||1", "process.env?.APP_KEY", "process.env!.APP_KEY",
        'process.env["APP_KEY"]', "process.env[`APP_KEY`]", "e.env?.['APP_KEY']",
        "import.meta.env.APP_KEY", 'Deno.env.get("APP_KEY")', "Bun.env.APP_KEY;",
        "const{APP_KEY:a}=process.env;", "let { B, APP_KEY = 'x' } = process.env",
        '"APP_KEY"in process.env', 'os.environ["APP_KEY"]', "os.environ.get('APP_KEY', '')",
        'os.environ.setdefault(\n    "APP_KEY", "1")', 'os.environb[b"APP_KEY"]',
        "if 'APP_KEY' not in os.environ:", 'os.getenv("APP_KEY")', 'getenv("APP_KEY")',
        'click.option("--key", envvar="APP_KEY")', 'Field(env=["OTHER_KEY", "APP_KEY"])',
        'env.bool("APP_KEY", default=False)', 'std::env::var("APP_KEY")', 'env!("APP_KEY")',
        'std::env::var_os("APP_KEY")', 'os.Getenv("APP_KEY")', 'os.LookupEnv("APP_KEY")',
        'System.getenv("APP_KEY")', 'ENV["APP_KEY"]', 'ENV.fetch("APP_KEY")', "$ENV{APP_KEY}",
        "$ENV{'APP_KEY'}", "$_ENV['APP_KEY']", 'readEnv("APP_KEY")', 'truthy(env,"APP_KEY")',
        'apiKeyEnv:"APP_KEY"', '"env_key": "APP_KEY"',
    ],
)  # fmt: skip
def test_a_name_that_is_read(text: str):
    assert b"APP_KEY" in find_script_reads(f"x = 1;\n{text}\n".encode())


@pytest.mark.parametrize(
    "text",
    ["const APP_KEY = 1", 'x["APP_KEY"]', 'get("APP_KEY")', "process.env.appKey",
     "process.env.APP_KEYx", "process.env." + "A" * 65, "env.$APP_KEY", 'environment("x", APP_KEY)',
     "const{APP_KEY:a}=process.argv", 'mode: "APP_KEY"'],
)  # fmt: skip
def test_what_reads_no_environment(text: str):
    assert not find_script_reads(text.encode())


def test_how_often_a_name_is_read():
    found = find_script_reads(b"process.env.ONE; process.env.TWO; process.env.ONE")
    assert found == {b"ONE": 2, b"TWO": 1}


def test_only_the_nearest_braces_are_unpacked():
    found = find_script_reads(b"f({FAR:1});const {NEAR}=process.env;g({LATE:1})")
    assert set(found) == {b"NEAR"}


def test_a_shell_reads_what_it_does_not_set():
    script = (
        b'#!/bin/sh\nOWN=1\necho "$OWN $GIVEN ${OTHER}" $1\nDIR="${DIR:-/tmp}"\nexport OUT="x"\n'
    )
    assert set(find_shell_reads(script)) == {b"GIVEN", b"OTHER", b"DIR"}


def test_quoted_names_have_an_underscore():
    assert find_quoted_names(b"'A_B1' \"CD\" `E_F` x.G_H y_I_J \"k_L_M\" 'N_O'") == {
        b"A_B1", b"E_F", b"G_H", b"N_O",
    }  # fmt: skip


def elf(code: bytes, data: bytes, *, wide: bool = True, order: str = "<") -> bytes:
    """A file with two sections, the first of machine code, and nothing else that is right."""
    start = 128
    after = start + len(code)
    table = after + len(data)
    if wide:
        header = b"\x7fELF" + bytes((2, 1 if order == "<" else 2)) + bytes(34)
        header += struct.pack(order + "Q10xHHH", table, 64, 2, 0)
        section = order + "IIQQQQIIQQ"
    else:
        header = b"\x7fELF" + bytes((1, 1 if order == "<" else 2)) + bytes(26)
        header += struct.pack(order + "I10xHHH", table, 40, 2, 0)
        section = order + "10I"
    entries = struct.pack(section, 0, 1, 6, 0, start, len(code), 0, 0, 0, 0)
    entries += struct.pack(section, 0, 1, 2, 0, after, len(data), 0, 0, 0, 0)
    return header.ljust(start, b"\0") + code + data + entries


@pytest.mark.parametrize("wide", [True, False])
@pytest.mark.parametrize("order", ["<", ">"])
def test_runs_of_a_compiled_program_without_its_code(wide: bool, order: str):
    data = b"\0ONE_A\0see `TWO_B`\0fooTHREE_Cfailed\0_FOUR_D\0FIVE\0six_SEVEN\0"
    found = find_capital_runs(elf(b"\xc3IN_CODE\x90", data, wide=wide, order=order))
    assert found == {(b"ONE_A", False), (b"TWO_B", False), (b"THREE_C", True)}


def test_without_sections_everything_is_searched():
    assert find_capital_runs(b"\x7fELF\0\0IN_CODE\0") == {(b"IN_CODE", False)}
    broken = bytearray(elf(b"IN_CODE", b""))
    broken[40:48] = b"\xff" * 8
    assert (b"IN_CODE", False) in find_capital_runs(bytes(broken))


HARD = (
    b"A", b"A_", b"_", b"env", b"env.", b"env(", b'env["', b"env=[", b"env:'", b"}=env", b"{}=env",
    b"$", b"${A", b'"', b'"A', b"env  ", b"ENV\t", b" in env", b"\0", b"envA", b"X=", b'"AAA",',
)  # fmt: skip


@pytest.mark.parametrize("piece", HARD)
def test_what_is_behind_a_hostile_text_is_found(piece: bytes):
    # Half a megabyte takes a linear pattern milliseconds; a quadratic one would not end.
    text = b'env=["' + piece * (500_000 // len(piece))
    text += b' \0process.env.LAST_ONE "LAST_ONE" ${LAST_ONE:-x}'
    for search in (find_script_reads, find_shell_reads, find_quoted_names):
        assert set(search(text)) == {b"LAST_ONE"}
    assert (b"LAST_ONE", False) in find_capital_runs(text)
