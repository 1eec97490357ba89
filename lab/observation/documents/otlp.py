"""OpenTelemetry exports in protocol buffers → leaves under the published names.

The table is that of the OpenTelemetry protocol (opentelemetry-proto, 1.x): for each message the
name and type of each field.  The pointers are those of the same export in JSON.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence

from lab.observation.documents.leaf import Leaf, describe_exact_bytes
from lab.observation.documents.leaves import flatten_translated
from lab.observation.documents.piece import Piece
from lab.observation.documents.protobuf import Field, parse_message
from lab.observation.text.rendering import render_bytes

__all__ = ["read_otlp"]

_REQUESTS = {
    "/v1/traces": "Traces", "/v1/metrics": "Metrics", "/v1/logs": "Logs",
    "TraceService/Export": "Traces", "MetricsService/Export": "Metrics",
    "LogsService/Export": "Logs",
}  # fmt: skip
_DEEPEST = 24

_TABLE = """
Traces: 1 resourceSpans ResourceSpans*
ResourceSpans: 1 resource Resource, 2 scopeSpans ScopeSpans*, 3 schemaUrl string
ScopeSpans: 1 scope Scope, 2 spans Span*, 3 schemaUrl string
Span: 1 traceId bytes, 2 spanId bytes, 3 traceState string, 4 parentSpanId bytes, 5 name string, 6 kind int, 7 startTimeUnixNano int, 8 endTimeUnixNano int, 9 attributes KeyValue*, 10 droppedAttributesCount int, 11 events Event*, 12 droppedEventsCount int, 13 links Link*, 14 droppedLinksCount int, 15 status Status, 16 flags int
Event: 1 timeUnixNano int, 2 name string, 3 attributes KeyValue*, 4 droppedAttributesCount int
Link: 1 traceId bytes, 2 spanId bytes, 3 traceState string, 4 attributes KeyValue*, 5 droppedAttributesCount int, 6 flags int
Status: 2 message string, 3 code int
Metrics: 1 resourceMetrics ResourceMetrics*
ResourceMetrics: 1 resource Resource, 2 scopeMetrics ScopeMetrics*, 3 schemaUrl string
ScopeMetrics: 1 scope Scope, 2 metrics Metric*, 3 schemaUrl string
Metric: 1 name string, 2 description string, 3 unit string, 5 gauge Gauge, 7 sum Sum, 9 histogram Histogram, 10 exponentialHistogram ExponentialHistogram, 11 summary Summary, 12 metadata KeyValue*
Gauge: 1 dataPoints NumberDataPoint*
Sum: 1 dataPoints NumberDataPoint*, 2 aggregationTemporality int, 3 isMonotonic int
Histogram: 1 dataPoints HistogramDataPoint*, 2 aggregationTemporality int
ExponentialHistogram: 1 dataPoints ExponentialHistogramDataPoint*, 2 aggregationTemporality int
Summary: 1 dataPoints SummaryDataPoint*
NumberDataPoint: 2 startTimeUnixNano int, 3 timeUnixNano int, 4 asDouble double, 5 exemplars Exemplar*, 6 asInt int, 7 attributes KeyValue*, 8 flags int
HistogramDataPoint: 2 startTimeUnixNano int, 3 timeUnixNano int, 4 count int, 5 sum double, 6 bucketCounts packed, 7 explicitBounds packed, 8 exemplars Exemplar*, 9 attributes KeyValue*, 10 flags int, 11 min double, 12 max double
ExponentialHistogramDataPoint: 1 attributes KeyValue*, 2 startTimeUnixNano int, 3 timeUnixNano int, 4 count int, 5 sum double, 6 scale int, 7 zeroCount int, 8 positive Buckets, 9 negative Buckets, 10 flags int, 11 exemplars Exemplar*, 12 min double, 13 max double, 14 zeroThreshold double
Buckets: 1 offset int, 2 bucketCounts packed
SummaryDataPoint: 2 startTimeUnixNano int, 3 timeUnixNano int, 4 count int, 5 sum double, 6 quantileValues Quantile*, 7 attributes KeyValue*, 8 flags int
Quantile: 1 quantile double, 2 value double
Exemplar: 2 timeUnixNano int, 3 asDouble double, 4 spanId bytes, 5 traceId bytes, 6 asInt int, 7 filteredAttributes KeyValue*
Logs: 1 resourceLogs ResourceLogs*
ResourceLogs: 1 resource Resource, 2 scopeLogs ScopeLogs*, 3 schemaUrl string
ScopeLogs: 1 scope Scope, 2 logRecords LogRecord*, 3 schemaUrl string
LogRecord: 1 timeUnixNano int, 2 severityNumber int, 3 severityText string, 5 body AnyValue, 6 attributes KeyValue*, 7 droppedAttributesCount int, 8 flags int, 9 traceId bytes, 10 spanId bytes, 11 observedTimeUnixNano int, 12 eventName string
Resource: 1 attributes KeyValue*, 2 droppedAttributesCount int, 3 entityRefs EntityRef*
EntityRef: 1 schemaUrl string, 2 type string, 3 idKeys string*, 4 descriptionKeys string*
Scope: 1 name string, 2 version string, 3 attributes KeyValue*, 4 droppedAttributesCount int
KeyValue: 1 key string, 2 value AnyValue
AnyValue: 1 stringValue string, 2 boolValue int, 3 intValue int, 4 doubleValue double, 5 arrayValue ArrayValue, 6 kvlistValue KeyValueList, 7 bytesValue bytes
ArrayValue: 1 values AnyValue*
KeyValueList: 1 values KeyValue*
"""  # noqa: E501 - one message a line


def _parse_table(text: str) -> dict[str, dict[int, tuple[str, str]]]:
    table = {}
    for line in text.strip().splitlines():
        message, _, fields = line.partition(": ")
        words = (field.split(" ") for field in fields.split(", "))
        table[message] = {int(number): (name, kind) for number, name, kind in words}
    return table


_MESSAGES: Mapping[str, Mapping[int, tuple[str, str]]] = _parse_table(_TABLE)


def read_otlp(piece: Piece) -> list[Leaf]:
    """The leaves of an export of traces, metrics or logs; none where the piece is none."""
    path = piece.target.partition("?")[0]
    request = next((name for end, name in _REQUESTS.items() if path.endswith(end)), None)
    if request is None or "json" in piece.media_type:
        return []
    fields = parse_message(piece.data)
    if not fields or not piece.budget.take_leaves(len(piece.data) // 2):
        return []
    text = _write(fields, request, 0)
    if text is None:
        return []
    pointer = f"{piece.pointer}/(otlp)"
    leaves = flatten_translated(text, pointer)
    leaves.append(describe_exact_bytes(pointer, leaves, piece.data))
    return leaves


def _write(fields: Sequence[Field], message: str, depth: int) -> str | None:
    """A message as JSON; None where it is not of the table."""
    known = _MESSAGES[message]
    members: dict[str, list[str]] = {}
    several = set()
    for number, _, value in fields:
        name, kind = known.get(number, (f"({number})", "bytes"))
        if kind.endswith("*"):
            several.add(name)
        text = _write_value(value, kind.rstrip("*"), depth)
        if text is None:
            return None
        members.setdefault(name, []).append(text)
    written: list[str] = []
    for name, texts in members.items():
        if name in several:
            texts = [f"[{','.join(texts)}]"]
        written += (f"{json.dumps(name)}:{text}" for text in texts)
    return "{" + ",".join(written) + "}"


def _write_value(value: int | bytes, kind: str, depth: int) -> str | None:
    if isinstance(value, int):
        if kind in _MESSAGES or kind in ("string", "bytes"):
            return str(value) if kind == "bytes" else None
        if kind == "double":
            return repr(struct.unpack("<d", (value & (1 << 64) - 1).to_bytes(8, "little"))[0])
        return str(value)
    if kind in _MESSAGES:
        inner = parse_message(value)
        if inner is None or depth == _DEEPEST:
            return None
        return _write(inner, kind, depth + 1)
    return json.dumps(value.hex() if kind in ("bytes", "packed") else render_bytes(value))
