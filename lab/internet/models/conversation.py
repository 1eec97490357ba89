"""The scripted model: one harmless tool call, then a short text, and the end.

Pure and the same for every provider: a provider file reads its API's request into an
:class:`TurnRequest`, asks :func:`choose_turn`, and writes the turn in its API's shape.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from lab.internet.models.schema_example import get_properties, make_schema_example
from lab.internet.response import to_compact_json

__all__ = ["Text", "Tool", "ToolCall", "TurnRequest", "choose_turn", "make_identifier"]

COMMAND = "echo lab"
FINAL_TEXT = "ok"

_COMMAND_NAMES = ("command", "cmd", "script", "commands")
_PATH_NAMES = ("file_path", "filepath", "filePath", "path", "absolute_path", "filename", "file")
_READING = re.compile(r"(^|[_-])(read|view|cat|open)|^Read", re.IGNORECASE)
_SHELL = re.compile(r"shell|bash|exec|command|terminal", re.IGNORECASE)
_DECLARED_COMMAND = re.compile(
    r"declare const tools: \{ (\w{1,64})\(args: \{[^{}]{0,500}?\b(cmd|command|script): string;"
)
"""A tool that runs a command, as it is declared in TypeScript to a tool that runs code."""

_FINISHING = re.compile(
    r"(submit(_\w+)?|attempt_completion|complete_task|task_complete|finish(_\w+)?)", re.IGNORECASE
)


class Tool(msgspec.Struct, frozen=True):
    """A tool that the client offers.

    ``kind`` is the provider's own word for its type; a ``custom`` tool takes free text
    instead of arguments by a schema.  ``namespace`` is the group that it was offered in.
    """

    name: str
    schema: Any = None
    kind: str = "function"
    description: str = ""
    namespace: str | None = None


class ToolCall(msgspec.Struct, frozen=True):
    """The model calls a tool."""

    tool: Tool
    arguments: dict[str, Any]


class Text(msgspec.Struct, frozen=True):
    """The model says something, and has finished."""

    text: str


class TurnRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What matters of a request to a model.

    ``results`` counts the tool results in the conversation; ``called`` names the tools
    called so far; ``forced`` the tool that must be called; ``schema`` what the text must
    satisfy.
    """

    tools: tuple[Tool, ...] = ()
    results: int = 0
    called: frozenset[str] = frozenset()
    forced: str | None = None
    schema: Any = None


def choose_turn(turn_request: TurnRequest) -> ToolCall | Text:
    """Decide what the model does next."""
    for tool in turn_request.tools:
        if tool.name == turn_request.forced:
            return ToolCall(tool, _arguments(tool))
    if isinstance(turn_request.schema, Mapping):
        return Text(to_compact_json(make_schema_example(turn_request.schema)).decode())
    finishing = [tool for tool in turn_request.tools if _FINISHING.fullmatch(tool.name)]
    if not turn_request.results:
        working = [tool for tool in turn_request.tools if tool not in finishing]
        for choose in (_shell_call, _code_call, _read_call, _any_call):
            call = choose(working)
            if call is not None:
                return call
    for tool in finishing:
        if tool.name not in turn_request.called:
            return ToolCall(tool, _arguments(tool))
    return Text(FINAL_TEXT)


def make_identifier(prefix: str, turn_request: TurnRequest, length: int = 24) -> str:
    """Return an id in a provider's style.

    It depends on the turn alone.  Clients send ids back: if an id depended on the request, one
    covert character in the first request would show as a difference all over the second.

    Args:
        prefix: How the API begins such an id.
        turn_request: The request, of which only the number of tool results counts.
        length: Hexadecimal digits behind the prefix.
    """
    text = f"{prefix} turn {turn_request.results}"
    return prefix + hashlib.sha256(text.encode()).hexdigest()[:length]


def _arguments(tool: Tool) -> dict[str, Any]:
    filled = make_schema_example(tool.schema) if isinstance(tool.schema, Mapping) else {}
    return filled if isinstance(filled, dict) else {}


def _required(tool: Tool) -> list[Any]:
    required = tool.schema.get("required") if isinstance(tool.schema, Mapping) else None
    return required if isinstance(required, list) else []


def _type_of(schema: Any) -> str:
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if isinstance(kind, list):
        kind = next((name for name in kind if name != "null"), None)
    return kind.lower() if isinstance(kind, str) else ""


def _shell_call(tools: list[Tool]) -> ToolCall | None:
    for tool in tools:
        if tool.kind == "local_shell":
            return ToolCall(tool, {"command": COMMAND.split()})
        described, required = get_properties(tool.schema), _required(tool)
        for name in _COMMAND_NAMES:
            if name not in described or name not in required:
                continue
            kind = _type_of(described[name])
            if kind == "array" and _type_of(described[name].get("items")) in ("string", ""):
                return ToolCall(tool, {**_arguments(tool), name: COMMAND.split()})
            # A choice among words ("view", "create") is a command of another sort.
            if kind == "string" and "enum" not in described[name]:
                return ToolCall(tool, {**_arguments(tool), name: COMMAND})
    return None


def _code_call(tools: list[Tool]) -> ToolCall | None:
    """Call a free-text tool: one that runs commands, or code in which commands can be run."""
    for tool in tools:
        if tool.kind != "custom":
            continue
        if "JavaScript" in tool.description:
            declared = _DECLARED_COMMAND.search(tool.description)
            if declared is None:
                return ToolCall(tool, {"input": 'text("lab");'})
            source = (
                f'const result = await tools.{declared[1]}({{{declared[2]}: "{COMMAND}"}});\n'
                "text(result.output ?? result);"
            )
            return ToolCall(tool, {"input": source})
        if _SHELL.search(tool.name):
            return ToolCall(tool, {"input": COMMAND})
    return None


def _read_call(tools: list[Tool]) -> ToolCall | None:
    for tool in tools:
        described, required = get_properties(tool.schema), _required(tool)
        for name in _PATH_NAMES:
            if name in required and name in described and _READING.search(tool.name):
                return ToolCall(tool, {**_arguments(tool), name: "README.md"})
    return None


def _any_call(tools: list[Tool]) -> ToolCall | None:
    # The fewer arguments a tool needs, the surer they are right.
    functions = [tool for tool in tools if isinstance(tool.schema, Mapping)]
    if not functions:
        return None
    simplest = min(functions, key=lambda tool: len(_required(tool)))
    return ToolCall(simplest, _arguments(simplest))
