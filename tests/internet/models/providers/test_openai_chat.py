import json

from lab.internet.models.provider import ProviderRequest
from lab.internet.models.providers.openai_chat import PROVIDER
from tests.internet.models.providers.example import PARAMETERS, ProviderExample, stream_by_member

EXAMPLE = ProviderExample(
    path="/v1/chat/completions",
    body={
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "tools": [{"type": "function", "function": {"name": "Bash", "parameters": PARAMETERS}}],
    },
    conversation="messages",
    make_result=lambda answer: {
        "role": "tool",
        "tool_call_id": answer["choices"][0]["message"]["tool_calls"][0]["id"],
    },
    stream=stream_by_member,
)

TOOL = {
    "type": "function",
    "function": {
        "name": "bash",
        "parameters": {"properties": {"command": {"type": "string"}}, "required": ["command"]},
    },
}


def ask(**body):
    asked = ProviderRequest(
        method="POST",
        path="/v1/chat/completions",
        query="",
        upgrade=False,
        body={"model": "m", "messages": [], **body},
    )
    return PROVIDER.answer(asked)


def chunks(**body):
    *pieces, last = ask(stream=True, **body).pieces
    assert last == b"data: [DONE]\n\n"
    return [json.loads(piece.removeprefix(b"data: ")) for piece in pieces]


def test_the_chunks_of_a_tool_call():
    opened, arguments, finish = chunks(tools=[TOOL])
    call = opened["choices"][0]["delta"]["tool_calls"][0]
    assert (call["function"]["name"], call["function"]["arguments"]) == ("bash", "")
    piece = arguments["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"]
    assert json.loads(piece) == {"command": "echo lab"}
    assert finish["choices"][0] == {
        "index": 0,
        "delta": {},
        "logprobs": None,
        "finish_reason": "tool_calls",
    }


def test_the_chunks_of_a_text_with_usage():
    opened, text, finish, usage = chunks(stream_options={"include_usage": True})
    assert opened["choices"][0]["delta"]["content"] == ""
    assert text["choices"][0]["delta"] == {"content": "ok"}
    assert finish["choices"][0]["finish_reason"] == "stop"
    assert (usage["choices"], usage["usage"]["total_tokens"]) == ([], 110)
    assert opened["usage"] is None


def test_a_completion_not_streamed():
    completion = json.loads(ask(tools=[TOOL]).body)
    (choice,) = completion["choices"]
    assert (completion["object"], choice["finish_reason"]) == ("chat.completion", "tool_calls")


def test_text_by_schema():
    def content(response_format):
        answer = json.loads(ask(tools=[TOOL], response_format=response_format).body)
        return json.loads(answer["choices"][0]["message"]["content"])

    assert content({"type": "json_schema", "json_schema": {"schema": {"const": [1]}}}) == [1]
    assert content({"type": "json_object"}) == {}


def test_a_tool_choice_is_obeyed():
    quiet = json.loads(ask(tools=[TOOL], tool_choice="none").body)
    assert quiet["choices"][0]["finish_reason"] == "stop"
    forced = json.loads(
        ask(
            tools=[TOOL],
            messages=[{"role": "tool"}],
            tool_choice={"type": "function", "function": {"name": "bash"}},
        ).body
    )
    assert forced["choices"][0]["finish_reason"] == "tool_calls"
