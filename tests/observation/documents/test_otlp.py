import struct

import pytest

from lab.observation.documents.body import flatten_body
from tests.observation.documents.test_protobuf import field

PROTOBUF = "application/x-protobuf"


def attribute(key, value):
    return field(1, key) + field(2, field(1, value))


def export(span):
    resource = field(1, attribute(b"host.name", b"seat-4"))
    scope = field(1, field(1, b"probe")) + field(2, span)
    return field(1, field(1, resource) + field(2, scope))


def leaves(body, target="/v1/traces", kind=PROTOBUF):
    return {
        leaf.pointer: leaf.value for leaf in flatten_body(body, kind, target) if leaf.part == "body"
    }


def test_a_trace_has_the_published_names():
    span = field(1, b"\xff" * 16) + field(5, b"start") + b"\x39" + struct.pack("<Q", 17)
    span += field(9, attribute(b"zone", b"UTC"))
    found = leaves(export(span))
    place = "/(otlp)/resourceSpans/*"
    assert found[f"{place}/resource/attributes/[host.name]/value/stringValue"] == "seat-4"
    assert found[f"{place}/scopeSpans/*/scope/name"] == "probe"
    spans = f"{place}/scopeSpans/*/spans/[start]"
    assert found[f"{spans}/traceId"] == "ff" * 16
    assert found[f"{spans}/startTimeUnixNano"] == "17"
    assert found[f"{spans}/attributes/[zone]/value/stringValue"] == "UTC"


@pytest.mark.parametrize(
    ("target", "first"),
    [
        ("/v1/logs", "resourceLogs"),
        ("/otlp/v1/metrics?x=1", "resourceMetrics"),
        ("/opentelemetry.proto.collector.trace.v1.TraceService/Export", "resourceSpans"),
    ],
)
def test_the_path_says_what_is_exported(target, first):
    found = leaves(export(b""), target)
    pointer = f"/(otlp)/{first}/*/resource/attributes/[host.name]/value/stringValue"
    assert found[pointer] == "seat-4"


def test_frames_of_grpc_are_opened():
    body = export(field(5, b"start"))
    framed = b"\0" + len(body).to_bytes(4, "big") + body
    found = leaves(framed, "/x.TraceService/Export", "application/grpc")
    assert "/(grpc)/(otlp)/resourceSpans/*/scopeSpans/*/spans/[start]/name" in found


def test_doubles_and_fields_that_are_not_in_the_table():
    point = b"\x21" + struct.pack("<d", 0.5) + field(99, b"more")
    metric = field(1, b"load") + field(5, field(1, point))
    body = field(1, field(2, field(2, metric)))
    found = leaves(body, "/v1/metrics")
    place = "/(otlp)/resourceMetrics/*/scopeMetrics/*/metrics/[load]/gauge/dataPoints/*"
    assert found[f"{place}/asDouble"] == "0.5"
    assert found[f"{place}/(99)"] == b"more".hex()


def test_what_is_no_export_has_its_fields_by_number():
    assert leaves(field(1, 7) + field(2, b"x")) == {"/(protobuf)/1": "7", "/(protobuf)/2": "x"}
