"""Google's Gemini API: ``models/NAME:generateContent``, its streaming form, token counting."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs

from lab.internet.models.conversation import (
    Text,
    Tool,
    ToolCall,
    TurnRequest,
    choose_turn,
    make_identifier,
)
from lab.internet.models.provider import Provider, ProviderRequest
from lab.internet.response import Response, make_event_stream, make_json_response

__all__ = ["PROVIDER"]

_PATH = re.compile(r"(?P<model>[^/:]*):(?P<method>[A-Za-z]+)\Z")
_HEADERS = (("server-timing", "gfet4t7; dur=100"), ("x-content-type-options", "nosniff"))
_USAGE = {
    "promptTokenCount": 100,
    "candidatesTokenCount": 10,
    "totalTokenCount": 110,
    "promptTokensDetails": [{"modality": "TEXT", "tokenCount": 100}],
}


def _answer(request: ProviderRequest) -> Response | None:
    found = _PATH.search(request.path)
    if request.method != "POST" or found is None:
        return None
    method = found["method"]
    if method == "countTokens":
        return make_json_response(
            {"totalTokens": 100, "promptTokensDetails": _USAGE["promptTokensDetails"]},
            headers=_HEADERS,
        )
    turn_request = _read(request)
    if turn_request is None:
        return None
    result = _result(turn_request, choose_turn(turn_request), found["model"])
    answer: dict[str, Any] = {"response": result} if _is_wrapped(request) else result
    if method == "generateContent":
        return make_json_response(answer, headers=_HEADERS)
    if parse_qs(request.query).get("alt") == ["sse"]:
        return make_event_stream([(None, answer)], headers=_HEADERS)
    return make_json_response([answer], headers=_HEADERS)


def _is_wrapped(request: ProviderRequest) -> bool:
    """Whether the request is in an envelope, as Vertex and Code Assist have it."""
    return isinstance(request.document.get("request"), dict)


def _read(request: ProviderRequest) -> TurnRequest | None:
    found = _PATH.search(request.path)
    if request.method != "POST" or found is None:
        return None
    if found["method"] not in ("generateContent", "streamGenerateContent"):
        return None
    document = request.document
    document = document["request"] if _is_wrapped(request) else document
    return _read_turn_request(document) if isinstance(document.get("contents"), list) else None


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _either(document: dict[str, Any], camel: str) -> Any:
    """Return a member by its name in camel case or, as the API also takes, snake case."""
    snake = re.sub(r"[A-Z]", lambda letter: "_" + letter[0].lower(), camel)
    return document.get(camel, document.get(snake))


def _read_turn_request(document: dict[str, Any]) -> TurnRequest:
    contents = _dicts(document["contents"])
    parts = [part for content in contents for part in _dicts(content.get("parts"))]
    declared = [
        function
        for tool in _dicts(document.get("tools"))
        for function in _dicts(_either(tool, "functionDeclarations"))
    ]
    calls = [_dict(_either(part, "functionCall")) for part in parts]
    config = _dict(_either(document, "generationConfig"))
    calling = _dict(_either(_dict(_either(document, "toolConfig")), "functionCallingConfig"))
    allowed = _either(calling, "allowedFunctionNames")
    forced = allowed[0] if isinstance(allowed, list) and allowed else None
    return TurnRequest(
        tools=tuple(
            Tool(
                function["name"],
                _either(function, "parametersJsonSchema") or function.get("parameters") or {},
            )
            for function in declared
            if isinstance(function.get("name"), str) and calling.get("mode") != "NONE"
        ),
        results=sum(_either(part, "functionResponse") is not None for part in parts),
        called=frozenset(str(call["name"]) for call in calls if "name" in call),
        forced=forced if isinstance(forced, str) and calling.get("mode") == "ANY" else None,
        schema=_schema(config),
    )


def _schema(config: dict[str, Any]) -> Any:
    schema = _either(config, "responseJsonSchema") or _either(config, "responseSchema")
    if schema is None and _either(config, "responseMimeType") == "application/json":
        return {"type": "object"}
    return schema


def _result(turn_request: TurnRequest, turn: ToolCall | Text, model: str) -> dict[str, Any]:
    part: dict[str, Any]
    if isinstance(turn, ToolCall):
        part = {"functionCall": {"name": turn.tool.name, "args": turn.arguments}}
    else:
        part = {"text": turn.text}
    candidate = {
        "content": {"parts": [part], "role": "model"},
        "finishReason": "STOP",
        "index": 0,
    }
    return {
        "candidates": [candidate],
        "usageMetadata": _USAGE,
        "modelVersion": model,
        "responseId": make_identifier("", turn_request, 22),
    }


PROVIDER = Provider("gemini", _answer, _read)
