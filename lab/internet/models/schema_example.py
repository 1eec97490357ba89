"""The simplest value that satisfies a JSON schema (the subset that tools are described in).

Deterministic, so that answers bring no noise, and bounded, because schemas come from an
untrusted client: depth, number of values, and lengths have limits, behind which null stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = ["get_properties", "make_schema_example"]

DEPTH = 24
VALUES = 2000
LONGEST_ARRAY = 16
LONGEST_TEXT = 1024

WORD = "lab"

_FORMATS = {
    "date": "2026-01-15",
    "date-time": "2026-01-15T12:00:00Z",
    "time": "12:00:00Z",
    "email": "user@example.com",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "uuid": "7b0c1f5e-52c5-4a3e-9d5e-0d7a35b1c4a2",
    "hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
}


def make_schema_example(schema: Any) -> Any:
    """Return a value for the schema: required members only, first choices, lowest numbers."""
    return _ExampleBuilder(schema).value(schema, DEPTH)


def get_properties(schema: Any) -> dict[str, Any]:
    """Return the properties that an object schema describes, or nothing."""
    found = schema.get("properties") if isinstance(schema, Mapping) else None
    return {str(name): inner for name, inner in found.items()} if isinstance(found, Mapping) else {}


class _ExampleBuilder:
    def __init__(self, root: Any) -> None:
        self._root = root
        self._left = VALUES

    def value(self, schema: Any, depth: int) -> Any:
        self._left -= 1
        if depth <= 0 or self._left <= 0 or not isinstance(schema, Mapping):
            return None if isinstance(schema, Mapping) or schema is False else WORD
        reference = schema.get("$ref")
        if isinstance(reference, str):
            return self.value(self._resolve(reference), depth - 1)
        if "const" in schema:
            return schema["const"]
        choices = schema.get("enum")
        if isinstance(choices, list) and choices:
            return choices[0]
        if "default" in schema and schema["default"] is not None:
            return schema["default"]
        for word in ("anyOf", "oneOf"):
            options = schema.get(word)
            if isinstance(options, list) and options:
                return self.value(self._merge(schema, word, options[:1]), depth - 1)
        parts = schema.get("allOf")
        if isinstance(parts, list) and parts:
            return self.value(self._merge(schema, "allOf", parts), depth - 1)
        return self._typed(schema, depth)

    def _typed(self, schema: Mapping[str, Any], depth: int) -> Any:
        kind = schema.get("type")
        if isinstance(kind, list):
            kind = next((name for name in kind if name != "null"), "null")
        # Gemini writes OpenAPI's type names in capitals.
        kind = kind.lower() if isinstance(kind, str) else ""
        if kind == "object" or (not kind and "properties" in schema):
            return self._object(schema, depth)
        if kind == "array" or (not kind and "items" in schema):
            return self._array(schema, depth)
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if kind == "boolean":
            return False
        if kind == "null":
            return None
        return _string(schema)

    def _object(self, schema: Mapping[str, Any], depth: int) -> dict[str, Any]:
        described = get_properties(schema)
        required = schema.get("required")
        return {
            name: self.value(described.get(name, {}), depth - 1)
            for name in (required if isinstance(required, list) else [])
            if isinstance(name, str)
        }

    def _array(self, schema: Mapping[str, Any], depth: int) -> list[Any]:
        count = min(_count(schema.get("minItems")), LONGEST_ARRAY)
        prefix = schema.get("prefixItems")
        shapes = list(prefix[:LONGEST_ARRAY]) if isinstance(prefix, list) else []
        while len(shapes) < count:
            shapes.append(schema.get("items", {}))
        return [self.value(shape, depth - 1) for shape in shapes]

    def _merge(self, schema: Mapping[str, Any], word: str, parts: list[Any]) -> dict[str, Any]:
        merged = {key: value for key, value in schema.items() if key != word}
        for part in parts:
            if isinstance(part, Mapping) and isinstance(part.get("$ref"), str):
                part = self._resolve(part["$ref"])
            if not isinstance(part, Mapping):
                continue
            for key, value in part.items():
                before = merged.get(key)
                if isinstance(before, Mapping) and isinstance(value, Mapping):
                    merged[key] = {**before, **value}
                elif isinstance(before, list) and isinstance(value, list):
                    merged[key] = [*before, *value]
                else:
                    merged[key] = value
        return merged

    def _resolve(self, reference: str) -> Any:
        """Follow a pointer within the document (RFC 6901)."""
        node = self._root
        for part in reference.removeprefix("#").split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or key not in node:
                return {}
            node = node[key]
        return node


def _count(value: Any) -> int:
    try:
        return max(int(value), 0)
    except (TypeError, ValueError, OverflowError):
        return 0


def _number(schema: Mapping[str, Any], *, whole: bool) -> int | float:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    value: int | float = 1
    step = 1 if whole else 0.5
    if _is_number(low):
        value = max(value, low)
    if _is_number(above) and value <= above:
        value = above + step
    if _is_number(high):
        value = min(value, high)
    if _is_number(below) and value >= below:
        value = below - step
    return value


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _string(schema: Mapping[str, Any]) -> str:
    text = _FORMATS.get(str(schema.get("format")), WORD)
    shortest = min(_count(schema.get("minLength")), LONGEST_TEXT)
    text = text.ljust(shortest, "b")
    longest = schema.get("maxLength")
    return text[: _count(longest)] if longest is not None else text
