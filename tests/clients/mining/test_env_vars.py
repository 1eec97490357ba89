"""Names of variables out of a client's files, the surest first."""

import random

import pytest

from lab.clients.mining import env_vars as module
from lab.clients.mining.env_vars import MinedNames, mine_env_var_names, mine_env_vars
from lab.clients.profile import Client, Profile, ProviderSettings
from lab.clients.resolve import resolve


def client(folder, **profile) -> Client:
    profile.setdefault("name", "probe")
    return Client(
        profile=Profile(argv=("probe",), **profile),
        version="1",
        digest="0" * 64,
        source="program",
        program=("probe",),
        readable=(str(folder),),
    )


def test_the_order_is_how_sure_a_name_is(tmp_path):
    (tmp_path / "a.js").write_text(
        "process.env.APP_TWICE;process.env.APP_ONCE;process.env.APP_TWICE;process.env.LONER;"
        'x("APP_MAYBE");y("ELSE_NOT");z.APP_DOTTED'
    )
    (tmp_path / "tool").write_bytes(b"\x7fELF\0ZULU_HOME\0ALPHA_STATE\0APP_LOOSE\0")
    assert mine_env_var_names(client(tmp_path)) == (
        "APP_TWICE",
        "APP_ONCE",
        "LONER",
        "APP_DOTTED",
        "APP_LOOSE",
        "APP_MAYBE",
        "ZULU_HOME",
        "ALPHA_STATE",
        "ELSE_NOT",
    )


def test_a_beginning_counts_where_two_share_it(tmp_path):
    once = 'process.env.APP_ONE; x("APP_OTHER", "ANY_OTHER")'
    (tmp_path / "a.js").write_text(once)
    assert mine_env_var_names(client(tmp_path)) == ("APP_ONE", "ANY_OTHER", "APP_OTHER")
    (tmp_path / "a.js").write_text(once + "; process.env.APP_TWO")
    assert mine_env_var_names(client(tmp_path)) == ("APP_ONE", "APP_TWO", "APP_OTHER", "ANY_OTHER")


@pytest.mark.parametrize(
    "profile",
    [
        {"name": "app-cli"},
        {"environment": {"APP_KEY": "k"}},
        {"optout": {"APP_QUIET": "1"}},
        {"provider": ProviderSettings(endpoint_variable=("X_URL", "APP_URL"))},
        {"provider": ProviderSettings(endpoint_variable="APP_URL")},
    ],
)
def test_or_where_it_is_the_client_s_own(tmp_path, profile):
    (tmp_path / "a.js").write_text('x("APP_OTHER", "ANY_OTHER")')
    assert mine_env_var_names(client(tmp_path, **profile)) == ("APP_OTHER", "ANY_OTHER")


def test_names_that_a_small_script_only_lists(tmp_path):
    names = 'NAMES = """\nQUICK_PATH TRACE_LEVEL\n""".split()\n'
    (tmp_path / "a.py").write_text("import os\n" + names + "[os.environ.get(n) for n in NAMES]")
    assert mine_env_var_names(client(tmp_path)) == ("QUICK_PATH", "TRACE_LEVEL")


def test_texts_without_a_gap_are_taken_apart(tmp_path):
    strings = b"\0see PROBE_API_KEYPROBE_TOKENfailed ZDOTPROBE_HOMEFalse readPROBE_ISSUERAmazon\0"
    (tmp_path / "tool").write_bytes(b"\x7fELF" + strings)
    found = set(mine_env_var_names(client(tmp_path)))
    assert {"PROBE_API_KEY", "PROBE_TOKEN", "PROBE_HOME", "PROBE_ISSUER"} <= found
    assert not found & {"PROBE_API_KEYPROBE_TOKEN", "PROBE_TOKE", "PROBE_HOMEF"}


def test_names_that_compilers_make_are_left_out(tmp_path):
    (tmp_path / "tool").write_bytes(b"\x7fELF\0B15_18D\0EEENS1_6O\0A_B\0PROBE_\0" + b"X_" * 60)
    assert mine_env_var_names(client(tmp_path)) == ()


def test_all_kinds_of_files(tmp_path):
    (tmp_path / "a.py").write_text('import os\nos.environ["FROM_PYTHON"]\n')
    (tmp_path / "b.sh").write_text("echo $FROM_SHELL\n")
    (tmp_path / "c").write_text("#!/usr/bin/env node\nprocess.env.FROM_SCRIPT\n")
    (tmp_path / "d").write_bytes(b"\x7fELF\0//bundle\nprocess.env.FROM_BUNDLE;\0")
    (tmp_path / "e.md").write_text("process.env.FROM_TEXT")
    (tmp_path / "f.json").write_text('{"env": "FROM_JSON"}')
    assert set(mine_env_var_names(client(tmp_path))) == {
        "FROM_BUNDLE", "FROM_PYTHON", "FROM_SCRIPT", "FROM_SHELL",
    }  # fmt: skip


def test_at_most_so_many_and_always_the_same(tmp_path):
    names = [f"V{number:04}" for number in range(3000)]
    random.Random(1).shuffle(names)
    (tmp_path / "a.js").write_text(";".join(f"process.env.{name}" for name in names))
    assert mine_env_var_names(client(tmp_path)) == tuple(sorted(names)[:2000])
    assert mine_env_var_names(client(tmp_path), most=3) == ("V0000", "V0001", "V0002")


def test_large_files_are_mapped(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_MMAP_FROM_BYTES", 100)
    (tmp_path / "a.js").write_text("process.env.NEAR;" + " " * 1000 + "process.env.FAR_OFF;")
    assert set(mine_env_var_names(client(tmp_path))) == {"NEAR", "FAR_OFF"}


def test_what_cannot_be_read_is_counted(tmp_path, monkeypatch):
    (tmp_path / "a.js").write_text("process.env.HERE")
    (tmp_path / "link.js").symlink_to(tmp_path / "a.js")
    files = ("gone.js", "a.js", "link.js")
    monkeypatch.setattr(
        module, "list_program_files", lambda _: [str(tmp_path / name) for name in files]
    )
    assert mine_env_vars(client(tmp_path)) == MinedNames(
        ("HERE",), files=1, unread=2, complete=True
    )


@pytest.mark.parametrize(("limit", "value"), [("MAX_FILES", 1), ("MAX_BYTES", 10)])
def test_too_much_is_searched_in_part(tmp_path, monkeypatch, limit, value):
    monkeypatch.setattr(module, limit, value)
    (tmp_path / "a.js").write_text("process.env.FIRST")
    (tmp_path / "b.js").write_text("process.env.SECOND")
    assert mine_env_vars(client(tmp_path)) == MinedNames(
        ("FIRST",), files=1, unread=0, complete=False
    )


def test_a_program_run_as_it_is(tmp_path):
    folder = tmp_path / "probe"
    folder.mkdir()
    (folder / "probe.py").write_text("import os, helper\nos.environ.get('PROBE_MODE')\n")
    (folder / "helper.py").write_text("import os\nos.getenv('PROBE_HELP')\n")
    words = ("--", "python3", str(folder / "probe.py"))
    assert mine_env_var_names(resolve(words, cache=tmp_path / "home" / "clients")) == (
        "PROBE_HELP",
        "PROBE_MODE",
    )
