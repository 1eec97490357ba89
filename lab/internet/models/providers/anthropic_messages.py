"""Anthropic's Messages API: ``/v1/messages``, token counting, and the list of models."""

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

_HEADERS = (
    ("request-id", "req_011CSHoEeqs5C35K2UUqR7Fy"),
    ("anthropic-organization-id", "00000000-0000-4000-8000-000000000000"),
    ("anthropic-ratelimit-requests-limit", "4000"),
    ("anthropic-ratelimit-requests-remaining", "3999"),
    ("anthropic-ratelimit-input-tokens-limit", "2000000"),
    ("anthropic-ratelimit-input-tokens-remaining", "2000000"),
    ("anthropic-ratelimit-output-tokens-limit", "400000"),
    ("anthropic-ratelimit-output-tokens-remaining", "400000"),
)
_USAGE = {
    "input_tokens": 100,
    "cache_creation_input_tokens": 0,
    "cache_read_input_tokens": 0,
    "output_tokens": 10,
    "service_tier": "standard",
}
_MODELS = (
    ("claude-opus-4-5-20251101", "Claude Opus 4.5", "2025-11-01T00:00:00Z"),
    ("claude-sonnet-4-5-20250929", "Claude Sonnet 4.5", "2025-09-29T00:00:00Z"),
    ("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-01T00:00:00Z"),
)


def _answer(request: ProviderRequest) -> Response | None:
    if request.method == "GET" and request.path.endswith("/v1/models"):
        # OpenAI-compatible servers have this path too, and the request does not reveal which
        # API it means, so both shapes are in one document.
        return make_json_response(_models(), headers=_HEADERS)
    if request.method != "POST":
        return None
    if request.path.endswith("/messages/count_tokens"):
        return make_json_response({"input_tokens": 100}, headers=_HEADERS)
    document = request.document
    turn_request = _read(request)
    if turn_request is None:
        return None
    message = _message(turn_request, choose_turn(turn_request), str(document.get("model", "")))
    if document.get("stream") is True:
        return make_event_stream(_stream(message), headers=_HEADERS)
    return make_json_response(message, headers=_HEADERS)


def _read(request: ProviderRequest) -> TurnRequest | None:
    document = request.document
    if request.method != "POST" or not request.path.endswith("/messages"):
        return None
    return _read_turn_request(document) if isinstance(document.get("messages"), list) else None


def _models() -> dict[str, Any]:
    models = [
        {
            "type": "model",
            "id": name,
            "display_name": title,
            "created_at": created,
            "object": "model",
            "created": 1700000000,
            "owned_by": "system",
        }
        for name, title, created in _MODELS
    ]
    return {
        "object": "list",
        "data": models,
        "has_more": False,
        "first_id": models[0]["id"],
        "last_id": models[-1]["id"],
    }


def _blocks(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for message in document["messages"]:
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, list):
            yield from (block for block in content if isinstance(block, dict))


def _read_turn_request(document: dict[str, Any]) -> TurnRequest:
    blocks = list(_blocks(document))
    offered = document.get("tools")
    tools = [
        Tool(tool["name"], tool.get("input_schema"))
        for tool in (offered if isinstance(offered, list) else [])
        # Tools with a type of their own run at the server, or have no schema to fill.
        if isinstance(tool, dict) and isinstance(tool.get("name"), str) and "input_schema" in tool
    ]
    choice = document.get("tool_choice")
    choice = choice if isinstance(choice, dict) else {}
    return TurnRequest(
        tools=tuple(tools) if choice.get("type") != "none" else (),
        results=sum(block.get("type") == "tool_result" for block in blocks),
        called=frozenset(
            str(block.get("name")) for block in blocks if block.get("type") == "tool_use"
        ),
        forced=choice.get("name") if choice.get("type") == "tool" else None,
        schema=_schema(document),
    )


def _schema(document: dict[str, Any]) -> Any:
    config = document.get("output_config")
    found = config.get("format") if isinstance(config, dict) else document.get("output_format")
    return found.get("schema") if isinstance(found, dict) else None


def _message(turn_request: TurnRequest, turn: ToolCall | Text, model: str) -> dict[str, Any]:
    if isinstance(turn, ToolCall):
        block = {
            "type": "tool_use",
            "id": make_identifier("toolu_01", turn_request, 22),
            "name": turn.tool.name,
            "input": turn.arguments,
        }
    else:
        block = {"type": "text", "text": turn.text}
    return {
        "id": make_identifier("msg_01", turn_request, 22),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": [block],
        "stop_reason": "tool_use" if isinstance(turn, ToolCall) else "end_turn",
        "stop_sequence": None,
        "usage": _USAGE,
    }


def _stream(message: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events in which the API streams a message."""
    (block,) = message["content"]
    began = {**message, "content": [], "stop_reason": None, "usage": {**_USAGE, "output_tokens": 1}}
    if block["type"] == "tool_use":
        empty = {**block, "input": {}}
        delta = {
            "type": "input_json_delta",
            "partial_json": to_compact_json(block["input"]).decode(),
        }
    else:
        empty = {"type": "text", "text": ""}
        delta = {"type": "text_delta", "text": block["text"]}
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    sequence: list[dict[str, Any]] = [
        {"type": "message_start", "message": began},
        {"type": "content_block_start", "index": 0, "content_block": empty},
        {"type": "ping"},
        {"type": "content_block_delta", "index": 0, "delta": delta},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": ended, "usage": {"output_tokens": 10}},
        {"type": "message_stop"},
    ]
    for event in sequence:
        yield event["type"], event


PROVIDER = Provider("anthropic-messages", _answer, _read)
