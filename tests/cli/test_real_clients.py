"""The clients that the lab promises, from the registry, each run once in a sealed cell."""

import base64
import json

import pytest

from lab.cli.main import main
from lab.clients.builtin_profiles import load_builtin_profiles
from lab.observation.content_encoding import decode_content

PROMISED = ("claude-code@2.1.112", "claude-code", "codex", "gemini-cli", "opencode", "pi")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("lab")


@pytest.mark.cell
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.client(name)) for name in PROMISED]
)
def test_it_ends_well_after_a_second_turn_with_a_tool_result(name, home, capsys):
    assert main(["run", name, "--json", "--home", str(home)]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["exit"]["verdict"] == "finished"
    assert document["exit"]["code"] == 0
    assert not [event for event in document["events"] if event["kind"] == "tls-failure"]
    provider = load_builtin_profiles()[name.partition("@")[0]].provider.host
    assert provider in [host["host"] for host in document["hosts"]]
    results = (b'"tool_result"', b'_call_output"', b'"functionResponse"')
    assert any(
        word in plain_body(event)
        for word in results
        for event in document["events"]
        if event["kind"] == "http" and event["host"] == provider and event["method"] == "POST"
    )


def plain_body(event):
    """A request's body without its content encoding: some clients compress, some days."""
    body = event["body"]
    raw = body.encode() if isinstance(body, str) else base64.b64decode(body["base64"])
    names = {name.lower(): value for name, value in event["headers"] if isinstance(name, str)}
    return decode_content(raw, names.get("content-encoding", ""))
