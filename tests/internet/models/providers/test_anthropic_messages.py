import json

import pytest

from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers.anthropic_messages import PROVIDER
from tests.internet.models.providers.example import PARAMETERS, ProviderExample, stream_by_member

EXAMPLE = ProviderExample(
    path="/v1/messages",
    body={
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"name": "Bash", "input_schema": PARAMETERS}],
    },
    conversation="messages",
    make_result=lambda answer: {
        "role": "user",
        "content": [{"type": "tool_result", "tool_use_id": answer["content"][0]["id"]}],
    },
    stream=stream_by_member,
)

TOOL = {
    "name": "Bash",
    "input_schema": {"type": "object", "properties": {"command": {"type": "string"}},
                     "required": ["command"]},
}  # fmt: skip


def ask(body=None, path="/v1/messages", method="POST"):
    return PROVIDER.answer(
        ProviderRequest(method=method, path=path, query="", upgrade=False, body=body)
    )


def streamed(body):
    found = []
    for piece in ask({**body, "stream": True}).pieces:
        name, data = piece.decode().rstrip("\n").split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    return found


def test_the_events_of_a_tool_call():
    events = streamed({"model": "m", "messages": [], "tools": [TOOL]})
    assert [event["type"] for event in events] == [
        "message_start",
        "content_block_start",
        "ping",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert events[0]["message"]["content"] == []
    assert events[1]["content_block"]["input"] == {}
    assert json.loads(events[3]["delta"]["partial_json"]) == {"command": "echo lab"}
    assert events[5]["delta"]["stop_reason"] == "tool_use"


def test_the_events_of_a_text():
    events = streamed({"model": "m", "messages": []})
    assert events[1]["content_block"] == {"type": "text", "text": ""}
    assert events[3]["delta"] == {"type": "text_delta", "text": "ok"}
    assert events[5]["delta"]["stop_reason"] == "end_turn"


def test_a_message_not_streamed():
    message = json.loads(ask({"model": "m", "messages": [], "tools": [TOOL]}).body)
    assert (message["model"], message["stop_reason"]) == ("m", "tool_use")
    assert message["content"][0]["input"] == {"command": "echo lab"}


@pytest.mark.parametrize(
    "wanted",
    [
        {"output_config": {"format": {"type": "json_schema", "schema": {"const": 7}}}},
        {"output_format": {"type": "json_schema", "schema": {"const": 7}}},
    ],
)
def test_a_text_by_schema(wanted):
    message = json.loads(ask({"messages": [], "tools": [TOOL], **wanted}).body)
    assert message["content"] == [{"type": "text", "text": "7"}]


def test_tools_of_the_server_are_not_called():
    hosted = {"type": "web_search_20250305", "name": "web_search"}
    message = json.loads(ask({"messages": [], "tools": [hosted]}).body)
    assert message["content"][0]["type"] == "text"


def test_a_tool_choice_is_obeyed():
    body = {"messages": [], "tools": [TOOL], "tool_choice": {"type": "none"}}
    assert json.loads(ask(body).body)["stop_reason"] == "end_turn"
    result = {"role": "user", "content": [{"type": "tool_result"}]}
    body = {
        "messages": [result],
        "tools": [TOOL],
        "tool_choice": {"type": "tool", "name": "Bash"},
    }
    assert json.loads(ask(body).body)["stop_reason"] == "tool_use"


def test_tokens_are_counted_and_models_listed():
    assert json.loads(ask({}, "/v1/messages/count_tokens").body) == {"input_tokens": 100}
    models = json.loads(ask(None, "/v1/models", "GET").body)
    assert models["data"][0]["id"] == models["first_id"]
