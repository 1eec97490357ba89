import json

import pytest

from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers.openai_responses import PROVIDER
from tests.internet.models.providers.example import PARAMETERS, ProviderExample, stream_by_member

EXAMPLE = ProviderExample(
    path="/v1/responses",
    body={
        "model": "m",
        "input": [{"type": "message", "role": "user", "content": "hi"}],
        "tools": [{"type": "function", "name": "Bash", "parameters": PARAMETERS}],
    },
    conversation="input",
    make_result=lambda answer: {
        "type": "function_call_output",
        "call_id": answer["output"][0]["call_id"],
    },
    stream=stream_by_member,
)

SHELL = {
    "type": "function",
    "name": "shell",
    "parameters": {
        "properties": {"command": {"type": "array", "items": {"type": "string"}}},
        "required": ["command"],
    },
}


def ask(upgrade=False, method="POST", **body):
    asked = ProviderRequest(
        method=method,
        path="/v1/responses",
        query="",
        upgrade=upgrade,
        body={"model": "m", "input": [], **body},
    )
    return PROVIDER.answer(asked)


def item(**body):
    return json.loads(ask(**body).body)["output"][0]


def events(**body):
    found = []
    for piece in ask(stream=True, **body).pieces:
        name, data = piece.decode().rstrip("\n").split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        assert event["sequence_number"] == len(found)
        found.append(event)
    return found


def test_the_websocket_is_declined():
    assert ask(upgrade=True, method="GET").status == 426


def test_the_events_of_a_text():
    assert [event["type"].removeprefix("response.") for event in events()] == [
        "created",
        "in_progress",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]


def test_the_events_of_a_tool_call():
    found = events(tools=[SHELL])
    assert [event["type"].removeprefix("response.") for event in found] == [
        "created",
        "in_progress",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    assert found[0]["response"]["status"] == "in_progress"
    assert json.loads(found[3]["delta"]) == {"command": ["echo", "lab"]}
    assert found[-1]["response"]["output"] == [found[-2]["item"]]


@pytest.mark.parametrize("member", ["tools", "additional_tools"])
def test_tools_are_found_inside_the_input_and_in_namespaces(member):
    space = {"type": "namespace", "name": "functions", "tools": [SHELL]}
    found = item(input=[{"type": "additional_tools", member: [space]}])
    assert (found["name"], found["namespace"]) == ("shell", "functions")
    assert "namespace" not in item(input=[{member: [SHELL]}])


def test_a_custom_tool_is_called_with_text():
    custom = {"type": "custom", "name": "bash"}
    found = item(tools=[custom])
    assert (found["type"], found["input"]) == ("custom_tool_call", "echo lab")
    kinds = [event["type"] for event in events(tools=[custom])]
    assert "response.custom_tool_call_input.done" in kinds


def test_a_local_shell_is_called_with_words():
    found = item(tools=[{"type": "local_shell"}])
    assert (found["type"], found["action"]["command"]) == ("local_shell_call", ["echo", "lab"])
    assert len(events(tools=[{"type": "local_shell"}])) == 5


@pytest.mark.parametrize(
    "kind",
    ["function_call_output", "custom_tool_call_output", "local_shell_call_output"],
)
def test_every_kind_of_result_ends_the_conversation(kind):
    found = item(tools=[SHELL], input=[{"type": kind, "call_id": "x"}])
    assert (found["type"], found["content"][0]["text"]) == ("message", "ok")


def test_text_by_schema():
    found = item(tools=[SHELL], text={"format": {"type": "json_schema", "schema": {"const": 1}}})
    assert found["content"][0]["text"] == "1"
    found = item(text={"format": {"type": "json_object"}})
    assert found["content"][0]["text"] == "{}"


def test_a_tool_choice_is_obeyed():
    assert item(tools=[SHELL], tool_choice="none")["type"] == "message"
    forced = {"type": "function", "name": "shell"}
    result = [{"type": "function_call_output"}]
    assert item(tools=[SHELL], input=result, tool_choice=forced)["type"] == "function_call"
