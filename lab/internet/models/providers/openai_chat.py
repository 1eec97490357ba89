"""OpenAI's chat completions (``/chat/completions``), which many other servers speak too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lab.internet.models.conversation import (
    Text,
    Tool,
    ToolCall,
    TurnRequest,
    choose_turn,
    make_identifier,
)
from lab.internet.models.provider import Provider, ProviderRequest
from lab.internet.response import (
    Response,
    make_event_stream,
    make_json_response,
    to_compact_json,
)

__all__ = ["PROVIDER"]

_CREATED = 1700000000
_HEADERS = (
    ("openai-version", "2020-10-01"),
    ("openai-processing-ms", "100"),
    ("x-request-id", "req_5d3f5c1f9e3c4b0f8a7d6e5c4b3a2918"),
    ("x-ratelimit-limit-requests", "10000"),
    ("x-ratelimit-remaining-requests", "9999"),
    ("x-ratelimit-reset-requests", "6ms"),
)
_USAGE = {
    "prompt_tokens": 100,
    "completion_tokens": 10,
    "total_tokens": 110,
    "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
    "completion_tokens_details": {
        "reasoning_tokens": 0,
        "audio_tokens": 0,
        "accepted_prediction_tokens": 0,
        "rejected_prediction_tokens": 0,
    },
}


def _answer(request: ProviderRequest) -> Response | None:
    document = request.document
    turn_request = _read(request)
    if turn_request is None:
        return None
    message, reason = _message(turn_request, choose_turn(turn_request))
    base = {
        "id": make_identifier("chatcmpl-", turn_request, 29),
        "object": "chat.completion",
        "created": _CREATED,
        "model": str(document.get("model", "")),
    }
    ending = {"service_tier": "default", "system_fingerprint": "fp_44709d6fcb"}
    if document.get("stream") is True:
        options = document.get("stream_options")
        usage = isinstance(options, dict) and options.get("include_usage") is True
        base = {**base, "object": "chat.completion.chunk", **ending}
        return make_event_stream(_stream(base, message, reason, usage=usage), headers=_HEADERS)
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return make_json_response(
        {**base, "choices": [choice], "usage": _USAGE, **ending}, headers=_HEADERS
    )


def _read(request: ProviderRequest) -> TurnRequest | None:
    document = request.document
    if request.method != "POST" or not request.path.endswith("/chat/completions"):
        return None
    return _read_turn_request(document) if isinstance(document.get("messages"), list) else None


def _read_turn_request(document: dict[str, Any]) -> TurnRequest:
    messages = [message for message in document["messages"] if isinstance(message, dict)]
    offered = document.get("tools")
    functions = [
        tool["function"]
        for tool in (offered if isinstance(offered, list) else [])
        if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
    ]
    choice = document.get("tool_choice")
    named = choice.get("function") if isinstance(choice, dict) else None
    return TurnRequest(
        tools=tuple(
            Tool(function["name"], function.get("parameters", {}))
            for function in functions
            if isinstance(function.get("name"), str) and choice != "none"
        ),
        results=sum(message.get("role") in ("tool", "function") for message in messages),
        called=frozenset(_called(messages)),
        forced=named.get("name") if isinstance(named, dict) else None,
        schema=_schema(document.get("response_format")),
    )


def _called(messages: list[dict[str, Any]]) -> Iterator[str]:
    for message in messages:
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else []:
            function = call.get("function") if isinstance(call, dict) else None
            if isinstance(function, dict):
                yield str(function.get("name"))


def _schema(response_format: Any) -> Any:
    if not isinstance(response_format, dict):
        return None
    if response_format.get("type") == "json_object":
        return {"type": "object"}
    described = response_format.get("json_schema")
    return described.get("schema") if isinstance(described, dict) else None


def _message(turn_request: TurnRequest, turn: ToolCall | Text) -> tuple[dict[str, Any], str]:
    message: dict[str, Any] = {"role": "assistant", "content": None, "refusal": None}
    if isinstance(turn, Text):
        return {**message, "content": turn.text, "annotations": []}, "stop"
    call = {
        "id": make_identifier("call_", turn_request),
        "type": "function",
        "function": {"name": turn.tool.name, "arguments": to_compact_json(turn.arguments).decode()},
    }
    return {**message, "tool_calls": [call]}, "tool_calls"


def _stream(
    base: dict[str, Any], message: dict[str, Any], reason: str, *, usage: bool
) -> Iterator[tuple[None, Any]]:
    """Yield the chunks in which the API streams a message."""
    tail: dict[str, Any] = {"usage": None} if usage else {}

    def chunk(delta: dict[str, Any], finish: str | None = None) -> tuple[None, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return None, {**base, "choices": [choice], **tail}

    if "tool_calls" in message:
        (call,) = message["tool_calls"]
        function = call["function"]
        opened = {"index": 0, **call, "function": {"name": function["name"], "arguments": ""}}
        yield chunk({"role": "assistant", "content": None, "tool_calls": [opened], "refusal": None})
        arguments = {"index": 0, "function": {"arguments": function["arguments"]}}
        yield chunk({"tool_calls": [arguments]})
    else:
        yield chunk({"role": "assistant", "content": "", "refusal": None})
        yield chunk({"content": message["content"]})
    yield chunk({}, reason)
    if usage:
        yield None, {**base, "choices": [], "usage": _USAGE}
    yield None, "[DONE]"


PROVIDER = Provider("openai-chat", _answer, _read)
