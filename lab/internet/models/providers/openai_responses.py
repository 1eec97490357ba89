"""OpenAI's Responses API: ``/responses``, over HTTP; its WebSocket form is declined."""

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
)
_USAGE = {
    "input_tokens": 100,
    "input_tokens_details": {"cached_tokens": 0},
    "output_tokens": 10,
    "output_tokens_details": {"reasoning_tokens": 0},
    "total_tokens": 110,
}
_RESULTS = frozenset(
    {
        "function_call_output",
        "custom_tool_call_output",
        "local_shell_call_output",
        "shell_call_output",
    }
)
_CALLS = frozenset({"function_call", "custom_tool_call"})


def _answer(request: ProviderRequest) -> Response | None:
    if not request.path.endswith("/responses"):
        return None
    if request.upgrade:
        return make_json_response(
            {"error": {"type": "invalid_request_error", "message": "Upgrade Required"}},
            426,
            _HEADERS,
        )
    document = request.document
    turn_request = _read(request)
    if turn_request is None:
        return None
    item = _item(turn_request, choose_turn(turn_request))
    response = {
        "id": make_identifier("resp_", turn_request, 48),
        "object": "response",
        "created_at": _CREATED,
        "status": "completed",
        "background": False,
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "max_output_tokens": None,
        "model": str(document.get("model", "")),
        "output": [item],
        "parallel_tool_calls": True,
        "previous_response_id": None,
        "reasoning": {"effort": None, "summary": None},
        "service_tier": "default",
        "store": False,
        "temperature": 1.0,
        "text": {"format": {"type": "text"}},
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "truncation": "disabled",
        "usage": _USAGE,
        "user": None,
        "metadata": {},
    }
    if document.get("stream") is True:
        return make_event_stream(_stream(response, item), headers=_HEADERS)
    return make_json_response(response, headers=_HEADERS)


def _read(request: ProviderRequest) -> TurnRequest | None:
    is_turn = request.path.endswith("/responses") and request.method == "POST"
    if not is_turn or request.upgrade or "input" not in request.document:
        return None
    return _read_turn_request(request.document)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _offered(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Yield the tools and their namespaces, wherever this API lets a client put them."""
    waiting = _dicts(document.get("tools"))
    for item in _dicts(document.get("input")):
        waiting += _dicts(item.get("additional_tools")) + _dicts(item.get("tools"))
    for tool in waiting:
        yield tool, None
        name = tool.get("name")
        for inner in _dicts(tool.get("tools")):
            yield inner, name if isinstance(name, str) else None


def _read_turn_request(document: dict[str, Any]) -> TurnRequest:
    items = _dicts(document.get("input"))
    choice = document.get("tool_choice")
    text = document.get("text")
    wanted = text.get("format") if isinstance(text, dict) else None
    return TurnRequest(
        tools=tuple(_tools(document)) if choice != "none" else (),
        results=sum(str(item.get("type")) in _RESULTS for item in items),
        called=frozenset(
            str(item.get("name")) for item in items if str(item.get("type")) in _CALLS
        ),
        forced=choice.get("name") if isinstance(choice, dict) else None,
        schema=_schema(wanted) if isinstance(wanted, dict) else None,
    )


def _schema(wanted: dict[str, Any]) -> Any:
    return {"type": "object"} if wanted.get("type") == "json_object" else wanted.get("schema")


def _tools(document: dict[str, Any]) -> Iterator[Tool]:
    for tool, namespace in _offered(document):
        kind, name = tool.get("type"), tool.get("name")
        if kind == "function" and isinstance(name, str):
            yield Tool(name, tool.get("parameters", {}), namespace=namespace)
        elif kind == "custom" and isinstance(name, str):
            description = str(tool.get("description", ""))
            yield Tool(name, kind="custom", description=description, namespace=namespace)
        elif kind == "local_shell":
            yield Tool("local_shell", kind="local_shell")


def _item(turn_request: TurnRequest, turn: ToolCall | Text) -> dict[str, Any]:
    if isinstance(turn, Text):
        content = {"type": "output_text", "annotations": [], "logprobs": [], "text": turn.text}
        return {
            "id": make_identifier("msg_", turn_request, 48),
            "type": "message",
            "status": "completed",
            "content": [content],
            "role": "assistant",
        }
    call_id = make_identifier("call_", turn_request)
    if turn.tool.kind == "local_shell":
        action = {"type": "exec", "command": turn.arguments["command"], "env": {}}
        return {
            "id": make_identifier("lsh_", turn_request, 48),
            "type": "local_shell_call",
            "status": "completed",
            "call_id": call_id,
            "action": action,
        }
    space = {} if turn.tool.namespace is None else {"namespace": turn.tool.namespace}
    if turn.tool.kind == "custom":
        return {
            "id": make_identifier("ctc_", turn_request, 48),
            "type": "custom_tool_call",
            "status": "completed",
            "call_id": call_id,
            "name": turn.tool.name,
            "input": str(turn.arguments.get("input", "")),
            **space,
        }
    return {
        "id": make_identifier("fc_", turn_request, 48),
        "type": "function_call",
        "status": "completed",
        "arguments": to_compact_json(turn.arguments).decode(),
        "call_id": call_id,
        "name": turn.tool.name,
        **space,
    }


def _stream(response: dict[str, Any], item: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events in which the API streams a response, numbered in order."""
    began = {**response, "status": "in_progress", "output": [], "usage": None}
    sequence: list[dict[str, Any]] = [
        {"type": "response.created", "response": began},
        {"type": "response.in_progress", "response": began},
        *_item_events(item),
        {"type": "response.completed", "response": response},
    ]
    for number, event in enumerate(sequence):
        yield event["type"], {**event, "sequence_number": number}


def _item_events(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    position = {"item_id": item["id"], "output_index": 0}
    begun: dict[str, Any] = {**item, "status": "in_progress"}
    inner: list[dict[str, Any]] = []
    if item["type"] == "message":
        begun["content"] = []
        (content,) = item["content"]
        position = {**position, "content_index": 0}
        text = {"text": content["text"], "logprobs": []}
        inner = [
            {"type": "response.content_part.added", **position, "part": {**content, "text": ""}},
            {
                "type": "response.output_text.delta",
                **position,
                "delta": content["text"],
                "logprobs": [],
            },
            {"type": "response.output_text.done", **position, **text},
            {"type": "response.content_part.done", **position, "part": content},
        ]
    elif item["type"] == "function_call":
        begun["arguments"] = ""
        kind, arguments = "response.function_call_arguments", item["arguments"]
        inner = [
            {"type": f"{kind}.delta", **position, "delta": arguments},
            {"type": f"{kind}.done", **position, "arguments": arguments},
        ]
    elif item["type"] == "custom_tool_call":
        begun["input"] = ""
        kind, text_input = "response.custom_tool_call_input", item["input"]
        inner = [
            {"type": f"{kind}.delta", **position, "delta": text_input},
            {"type": f"{kind}.done", **position, "input": text_input},
        ]
    yield {"type": "response.output_item.added", "output_index": 0, "item": begun}
    yield from inner
    yield {"type": "response.output_item.done", "output_index": 0, "item": item}


PROVIDER = Provider("openai-responses", _answer, _read)
