"""What every provider must keep to: this runs over all files in the folder."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.internet.models.provider import ProviderRequest, all_providers
from lab.internet.models.script import Protocol

PROVIDERS = {provider.protocol: provider for provider in all_providers()}
PARAMETERS = {
    "type": "object",
    "properties": {"command": {"type": "string"}},
    "required": ["command"],
}

# How each API asks: path, request with a tool, and the same with the tool's result.
REQUESTS = {
    "anthropic-messages": (
        "/v1/messages",
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "tools": [{"name": "Bash", "input_schema": PARAMETERS}],
        },
        lambda answer: {
            "role": "user",
            "content": [{"type": "tool_result", "tool_use_id": answer["content"][0]["id"]}],
        },
        "messages",
    ),
    "openai-chat": (
        "/v1/chat/completions",
        {
            "model": "m",
            "messages": [{"role": "user", "content": "hi"}],
            "tools": [{"type": "function", "function": {"name": "Bash", "parameters": PARAMETERS}}],
        },
        lambda answer: {
            "role": "tool",
            "tool_call_id": answer["choices"][0]["message"]["tool_calls"][0]["id"],
        },
        "messages",
    ),
    "openai-responses": (
        "/v1/responses",
        {
            "model": "m",
            "input": [{"type": "message", "role": "user", "content": "hi"}],
            "tools": [{"type": "function", "name": "Bash", "parameters": PARAMETERS}],
        },
        lambda answer: {
            "type": "function_call_output",
            "call_id": answer["output"][0]["call_id"],
        },
        "input",
    ),
    "gemini": (
        "/v1beta/models/m:generateContent",
        {
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
            "tools": [{"functionDeclarations": [{"name": "Bash", "parameters": PARAMETERS}]}],
        },
        lambda answer: {"parts": [{"functionResponse": {"name": "Bash", "response": {}}}]},
        "contents",
    ),
}


def asked(path, body=None, *, method="POST", query="", upgrade=False):
    return ProviderRequest(method=method, path=path, query=query, upgrade=upgrade, body=body)


def test_there_is_a_provider_for_every_protocol():
    assert set(PROVIDERS) == set(Protocol.__args__) == set(REQUESTS)


@pytest.mark.parametrize("protocol", PROVIDERS)
def test_one_tool_call_then_its_result_then_the_end(protocol):
    path, body, result, conversation = REQUESTS[protocol]
    answer = PROVIDERS[protocol].answer
    first = answer(asked(path, body))
    assert first.status == 200
    assert "echo lab" in first.body.decode()
    continued = {**body, conversation: [*body[conversation], result(json.loads(first.body))]}
    last = answer(asked(path, continued)).body.decode()
    assert "echo lab" not in last
    assert '"ok"' in last


@pytest.mark.parametrize("protocol", PROVIDERS)
def test_without_tools_the_model_just_speaks(protocol):
    path, body, _, _ = REQUESTS[protocol]
    body = {key: value for key, value in body.items() if key != "tools"}
    assert '"ok"' in PROVIDERS[protocol].answer(asked(path, body)).body.decode()


@pytest.mark.parametrize("protocol", PROVIDERS)
def test_other_requests_are_not_ours(protocol):
    path, _, _, _ = REQUESTS[protocol]
    answer = PROVIDERS[protocol].answer
    assert answer(asked("/unknown", {"messages": []})) is None
    assert answer(asked(path, None)) is None
    assert answer(asked(path, {}, method="PUT")) is None


@pytest.mark.parametrize("protocol", PROVIDERS)
def test_the_prompt_changes_nothing_of_an_answer(protocol):
    # Else one covert character in a request would show all over the next.
    path, body, _, conversation = REQUESTS[protocol]
    answer = PROVIDERS[protocol].answer
    other = json.loads(json.dumps(body).replace("hi", "h\u2019i"))
    assert other[conversation] != body[conversation]
    assert answer(asked(path, body)) == answer(asked(path, other))


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=4)
keys = st.sampled_from(
    ["type", "role", "content", "tools", "name", "function", "input", "parts", "schema",
     "messages", "contents", "tool_choice", "format", "text", "stream", "functionDeclarations",
     "input_schema", "parameters", "response_format", "json_schema", "generationConfig",
     "tool_calls", "output_config", "additional_tools", "functionCall", "toolConfig",
     "functionCallingConfig", "allowedFunctionNames", "responseSchema", "request",
     "stream_options", "description", "action"]
)  # fmt: skip
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=25,
)


@pytest.mark.parametrize("protocol", PROVIDERS)
@given(values, st.dictionaries(keys, values, max_size=5), st.booleans())
def test_no_document_breaks_it(protocol, conversation, extra, stream):
    path, body, _, member = REQUESTS[protocol]
    for document in (
        {**body, **extra, "stream": stream},
        {**extra, member: conversation, "stream": stream},
        conversation,
    ):
        PROVIDERS[protocol].answer(asked(path, document))
