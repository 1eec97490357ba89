"""``lab run`` without a cell: the laboratory is replaced by one that remembers."""

import json
import re
from types import SimpleNamespace

import pytest

from lab.cli.main import main
from lab.observation.records import Exit, Observation, Request

REQUEST = Request(
    connection=0,
    at=0.5,
    version="1.1",
    scheme="https",
    host="api.example.com",
    port=443,
    method="POST",
    target="/v1/messages",
    headers=((b"Host", b"api.example.com"), (b"X-Odd", b"\xff")),
    body=b"\x00\xff",
    size=2,
    status=200,
)


@pytest.fixture
def laboratory(monkeypatch):
    """Records what is asked of it; answers with one request."""
    seen = SimpleNamespace(
        verdict="finished", environments=[], clients=[], observation=None, code=0
    )

    class Laboratory:
        def __init__(self, client, *, jobs, home):
            seen.clients.append(client)

        def __enter__(self):
            return self

        def __exit__(self, *exc):
            return None

        def observe(self, environment):
            seen.environments.append(environment)
            exit = Exit(1.0, seen.verdict, seen.code, None, 0.2, b"hello\n", b"", "why")
            return Observation((REQUEST,), exit)

    monkeypatch.setattr("lab.sandbox.sandbox.Sandbox", Laboratory)
    return seen


@pytest.fixture
def probe(tmp_path):
    script = tmp_path / "probe.py"
    script.write_text("")
    return ["--", "python3", str(script)]


def test_json_is_one_document_with_every_byte(laboratory, probe, capsys):
    assert main(["run", "--json", *probe]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert captured.err == ""
    assert document["schema"] == "fingerprint-lab/run/1"
    assert document["client"]["name"] == "probe.py"
    assert document["hosts"][0]["host"] == "api.example.com"
    event = document["events"][0]
    assert event["kind"] == "http"
    assert event["headers"] == [["Host", "api.example.com"], ["X-Odd", {"base64": "/w=="}]]
    assert event["body"] == {"base64": "AP8="}
    assert document["exit"]["stdout"] == "hello\n"


def test_levels_are_set_and_all_others_are_at_their_control(laboratory, probe, capsys):
    assert main(["run", "--set", "timezone=Asia/Tokyo", *probe]) == 0
    (environment,) = laboratory.environments
    assert environment["timezone"] == "Asia/Tokyo"
    assert environment["optout"] == "unset"
    assert "timezone = Asia/Tokyo" in capsys.readouterr().out


def test_what_no_machine_can_be_is_tried_and_said(laboratory, probe, capsys):
    settings = ("--set", "network=no-ipv6", "--set", "endpoint=https://[2001:db8::1]")
    assert main(["run", *settings, *probe]) == 0
    assert "without IPv6, nothing can be reached at an IPv6 address" in capsys.readouterr().err


def test_a_factor_that_the_profile_has_no_use_for_is_said(laboratory, probe, capsys):
    assert main(["run", "--set", "optout=set", *probe]) == 0
    assert "optout changes nothing here" in capsys.readouterr().err


def test_an_option_behind_the_dashes_is_pointed_at(laboratory, probe, capsys):
    assert main(["run", *probe, "--set", "timezone=UTC"]) == 0
    assert "--set stands after -- and goes to the program" in capsys.readouterr().err


def test_a_level_is_shown_even_where_it_is_the_control(laboratory, probe, capsys):
    assert main(["run", "--set", "timezone=UTC", *probe]) == 0
    assert "timezone = UTC" in capsys.readouterr().out


def test_bodies_are_shown_on_request_and_otherwise_hinted_at(laboratory, probe, capsys):
    assert main(["run", *probe]) == 0
    out = capsys.readouterr().out
    assert "--bodies shows what was in them" in out
    assert re.search(r"^1 +0\.50 s +POST", out, re.MULTILINE)
    assert main(["run", "--bodies", *probe]) == 0
    out = capsys.readouterr().out
    assert "Body of #1  POST api.example.com/v1/messages, 2 bytes" in out
    assert "--bodies" not in out


def test_a_folder_that_cannot_be_written_is_one_line_before_anything_runs(
    laboratory, probe, tmp_path, capsys
):
    file = tmp_path / "file"
    file.write_text("")
    for option in ("--home", "--out"):
        assert main(["run", option, str(file / "x"), *probe]) == 2
        error = capsys.readouterr().err
        assert f"lab: error: {option} {file}/x: " in error
        assert error.count("\n") == 1
    assert not laboratory.environments


def test_a_client_that_fails_is_a_measurement(laboratory, probe, capsys):
    laboratory.code = 7
    assert main(["run", *probe]) == 0
    assert "ended with exit code 7" in capsys.readouterr().out


def test_a_client_that_could_not_start_is_a_failure(laboratory, probe, capsys):
    laboratory.verdict = "could not start"
    assert main(["run", *probe]) == 4
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "lab: error: probe.py could not start: why\n"


def test_the_time_limit_reaches_the_client(laboratory, probe):
    assert main(["run", "--timeout", "2.5", *probe]) == 0
    assert laboratory.clients[0].profile.timeout_s == 2.5


def test_an_excluded_factor_cannot_be_set(laboratory, tmp_path, capsys):
    file = tmp_path / "mine.toml"
    file.write_text(
        '[client]\nname = "mine"\nargv = ["python3"]\n[factors]\nexclude = ["timezone"]\n'
    )
    assert main(["run", "--set", "timezone=UTC", str(file)]) == 2
    assert "timezone cannot be set for mine" in capsys.readouterr().err
    assert main(["run", str(file)]) == 0
    assert "timezone" not in laboratory.environments[0].mapping


def test_out_keeps_the_exact_bytes(laboratory, probe, tmp_path):
    folder = tmp_path / "new" / "run"
    assert main(["run", "--out", str(folder), *probe]) == 0
    name = "001-POST-api.example.com-v1-messages.bin"
    assert (folder / "bodies" / name).read_bytes() == b"\x00\xff"
    assert (folder / "stdout").read_bytes() == b"hello\n"
    assert json.loads((folder / "run.json").read_text())["schema"] == "fingerprint-lab/run/1"
    assert main(["run", "--out", str(folder), *probe]) == 2
