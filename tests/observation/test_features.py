import base64
import gzip
import json
import re
from pathlib import Path

import dns.message
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.observation.features import HostRoles, extract_features
from lab.observation.location import Location
from lab.observation.parts import MessagePart
from lab.observation.records import (
    ClientHello,
    Connection,
    ConnectionLayer,
    Datagram,
    DnsQuery,
    Event,
    Exit,
    Observation,
    ProxyHop,
    Request,
    TlsFailure,
    WebSocketMessage,
)
from tests.internet.transcript import record
from tests.observation.wire.test_accounting import STREAMS

END = Exit(at=1.0, verdict="finished", code=0, signal=None, cpu_s=0.1, stdout=b"", stderr=b"")


def request(method="POST", target="/v1/messages", body=b"", headers=(), **more):
    given = {
        "connection": 0,
        "at": 0.0,
        "version": "1.1",
        "scheme": "https",
        "host": "api.example.com",
        "port": 443,
        "method": method,
        "target": target,
        "headers": tuple(headers),
        "body": body,
        "size": len(body),
    }
    return Request(**{**given, **more})


def features(*events, roles=HostRoles()):  # noqa: B008
    return extract_features(Observation(events, END), roles)


def parts(*events, roles=HostRoles()):  # noqa: B008
    """Part and pointer to values, for events of one message."""
    return {
        (location.part, location.pointer): values
        for location, values in features(*events, roles=roles).items()
    }


hosts = st.builds(
    HostRoles,
    names=st.dictionaries(st.sampled_from(["", "h"]), st.text()),
    prefixes=st.dictionaries(st.sampled_from(["", "h"]), st.text()),
    official_prefix=st.text(),
)


@given(st.lists(st.from_type(Event), max_size=8), hosts)
def test_any_events_have_features(events, roles):
    observation = Observation(tuple(events), END)
    found = extract_features(observation, roles)
    assert found[Location("exit", part="status")] == ("finished, code 0",)
    assert all(values and isinstance(value, str) for values in found.values() for value in values)
    assert extract_features(observation, roles) == found


class TestRequest:
    def test_its_place_and_its_route(self):
        found = features(request(via=("http://proxy.example.net:3128",)))
        place = Location("http", "api.example.com", "POST", "/v1/messages")
        assert found[place.with_part("request")] == ("sent",)
        assert found[place.with_part("protocol")] == ("HTTP/1.1",)
        assert found[Location("http", "api.example.com", part="route")] == (
            "https://api.example.com:443 via http://proxy.example.net:3128",
        )

    def test_identifiers_in_a_path_are_values_not_places(self):
        found = parts(request(target="/v1/files/42/parts/deadbeef01"))
        assert found["path", "3"] == ("42",)
        assert found["path", "5"] == ("deadbeef01",)
        (place,) = [p for p in features(request(target="/v1/files/42")) if p.part == "request"]
        assert place.path == "/v1/files/{id}"

    def test_a_query(self):
        found = parts(request(target="/s?tz=Asia%2FTokyo&empty=&tz=%FF"))
        assert found["query", "tz"] == ("Asia/Tokyo", "\\xff")
        assert found["query", "empty"] == ("",)
        assert found["query order", None] == ("tz\nempty\ntz",)
        assert found["writing", "query"] == ("[]",)

    def test_headers_have_value_order_and_case(self):
        found = parts(request(headers=[(b"X-Zone", b"UTC"), (b"accept", b"\xff")]))
        assert found["header", "x-zone"] == ("UTC",)
        assert found["header case", "x-zone"] == ("X-Zone",)
        assert found["header order", None] == ("x-zone\naccept",)
        assert found["header", "accept"] == ("\\xff",)

    def test_headers_that_repeat_what_stands_elsewhere_are_left_out(self):
        headers = [(b"Host", b"api.example.com"), (b"Content-Length", b"2")]
        found = parts(request(headers=headers, body=b"ok"))
        assert not {key for key in found if key[0] == "header"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            (b"Host", b"API.example.com"),
            (b"Host", b"other.example.com"),
            (b"Content-Length", b"02"),
        ],
    )
    def test_headers_that_say_more_are_kept(self, name, value):
        found = parts(request(headers=[(name, value)], body=b"ok"))
        assert found["header", name.decode().lower()] == (value.decode(),)

    @pytest.mark.parametrize("value", [b"[2001:db8::1]", b"[2001:db8::1]:8080"])
    def test_the_host_of_an_ipv6_address_is_left_out_too(self, value):
        found = parts(request(host="2001:db8::1", port=8080, headers=[(b"Host", value)]))
        assert ("header", "host") not in found

    def test_a_body_is_decoded_and_flattened(self):
        body = gzip.compress(json.dumps({"zone": "UTC"}).encode())
        found = parts(request(body=body, headers=[(b"Content-Encoding", b"gzip")]))
        assert found["body", "/zone"] == ("UTC",)

    def test_documents_inside_of_values_are_reported_besides_the_whole(self):
        state = base64.urlsafe_b64encode(b'{"zone":"UTC","a":"/"}').decode()
        target = f"/login/{state}?state={state}"
        headers = [(b"Cookie", b"s=" + state.encode())]
        body = json.dumps({"state": state}).encode()
        found = parts(request(target=target, headers=headers, body=body))
        assert found["path", "2"] == found["query", "state"] == found["body", "/state"] == (state,)
        inside = "/(base64)/(json)"
        for part, pointer in [
            ("path", "2"), ("query", "state"), ("header", "cookie/s"), ("body", "/state"),
        ]:  # fmt: skip
            assert found[part, f"{pointer}{inside}/zone"] == ("UTC",)
            place = f"{pointer}{inside}" if part == "body" else f"{part}/{pointer}{inside}"
            assert found["key order", place] == ("zone\na",)
            assert found["writing", f"{place}/(slash)"] == ("as it is",)

    def test_the_wrapping_of_a_body_reveals_what_the_body_does_not(self):
        body = gzip.compress(b"say ok", mtime=0)
        found = parts(request(body=body, headers=[(b"Content-Encoding", b"gzip")]))
        assert found["packing", "gzip/time"] == ("none",)

    @pytest.mark.parametrize("target", ["/a%2fb%3ac", "/a%2Fb:c", "/a%2Fb%3Ac"])
    def test_however_a_path_is_written_it_is_one_place(self, target):
        (place,) = [p for p in features(request(target=target)) if p.part == "request"]
        assert place.path == "/a%2Fb:c"

    def test_how_paths_and_queries_are_written(self):
        found = parts(request(target="/a%2fb:c?q=x+y&q=%3A"))
        assert found["writing", "path/(slash)"] == ("by number",)
        assert found["writing", "path/(digits)"] == ("lower case",)
        assert found["writing", "path/(colon)"] == ("as it is",)
        assert found["writing", "query/q/(space)"] == ("as a plus sign",)
        assert found["writing", "query/q/(digits)"] == ("upper case",)

    def test_the_order_of_requests(self):
        found = features(request("GET", "/a"), request("GET", "/files/42"))
        order = Location("http", part="request order")
        assert found[order] == ("GET api.example.com/a\nGET api.example.com/files/{id}",)


class TestRoles:
    roles = HostRoles(
        {"models.example.net": "api.example.com", "proxy.example.net": "(proxy)"},
        {"models.example.net": "/gateway/v1"},
        "/v1",
    )

    def test_what_moved_is_compared_in_the_same_place(self):
        moved = request(host="models.example.net", target="/gateway/v1/chat")
        here, there = features(request(target="/v1/chat")), features(moved, roles=self.roles)
        differ = {place for place in here | there if here.get(place) != there.get(place)}
        assert {place.part for place in differ} == {"route"}

    @pytest.mark.parametrize(
        ("path", "official"),
        [("/gateway/v1", "/v1"), ("/gateway/v1/x", "/v1/x"), ("/gateway/v10", "/gateway/v10")],
    )
    def test_only_a_whole_prefix_is_taken_away(self, path, official):
        assert self.roles.path("models.example.net", path) == official
        assert self.roles.path("other.example.net", path) == path

    def test_a_prefix_alone_leaves_the_root(self):
        assert HostRoles(prefixes={"h": "/gateway"}).path("h", "/gateway") == "/"

    def test_a_proxy_is_named_by_its_role(self):
        hop = ProxyHop(0, 0.0, "connect", "proxy.example.net:3128", "[2001:db8::1]:443",
                       ((b"User-Agent", b"x"),), "agent:s3cret")  # fmt: skip
        place = Location("http", "2001:db8::1", part="proxy request", pointer="connect")
        found = features(hop, roles=self.roles)
        assert found[place] == ("(proxy)",)
        assert {location.pointer for location in found if location.part == "proxy header"} == {
            "user-agent"
        }


def dns_features(*asked, **more):
    """Of some queries: place to values, for the channel alone."""
    found = features(*asked, **more)
    return {place: values for place, values in found.items() if place.channel == "dns"}


def test_a_name_that_was_asked_for():
    roles = HostRoles({"models.example.net": "api.example.com"})
    asked = [DnsQuery(0.0, name, "A", "udp", "192.168.1.1") for name in ("h", "models.example.net")]
    found = dns_features(*asked, roles=roles)
    assert {place: values for place, values in found.items() if place.part == "query"} == {
        Location("dns", "h", part="query"): ("h A",),
        Location("dns", "api.example.com", part="query"): ("api.example.com A",),
    }


def test_of_whom_it_was_asked():
    roles = HostRoles(resolvers=frozenset({"10.34.0.10", "10.34.0.11"}))
    asked = ["10.34.0.10", "10.34.0.11", "9.9.9.9", "dns.example.net"]
    found = dns_features(*(DnsQuery(0.0, "h", "A", "udp", at) for at in asked), roles=roles)
    assert found[Location("dns", "h", part="resolver")] == (
        "(resolver)", "(resolver)", "9.9.9.9", "dns.example.net",
    )  # fmt: skip


def test_a_configured_name_server_is_one_place_whatever_its_address():
    roles = HostRoles(resolvers=frozenset({"9.9.9.9"}))
    for port, host in ((53, "(resolver)"), (853, "(resolver)"), (80, "9.9.9.9")):
        raw = Connection(0, 0.0, None, "9.9.9.9", port, "raw", b"hi", 2)
        found = features(raw, Datagram(0.0, None, "9.9.9.9", port, b"hi"), roles=roles)
        assert {place.host for place in found if place.part == "data"} == {host}


def test_how_it_was_asked():
    query = dns.message.make_query("aPi.Example.com", "A", use_edns=0, payload=1232)
    raw = query.to_wire() + b"\xff"
    found = dns_features(DnsQuery(0.0, "api.example.com", "A", "tcp", "9.9.9.9", raw))
    base = Location("dns", "api.example.com")
    assert found == {
        base.with_part("query"): ("api.example.com A",),
        base.with_part("resolver"): ("9.9.9.9",),
        base.with_part("transport"): ("tcp",),
        base.with_part("query case"): ("aPi.Example.lower",),
        base.with_part("query options"): ("RD, edns 1232, trailing",),
        base.with_part("query options", "trailing"): ("ff",),
        Location("dns", part="query options", pointer="id"): (raw[:2].hex(),),
    }


def test_how_often_a_name_was_asked_and_under_which_id_says_nothing():
    raws = [dns.message.make_query("h", kind).to_wire() for kind in ("A", "AAAA", "A")]
    kinds = ("A", "AAAA", "A")
    asked = [
        DnsQuery(0.0, "h", k, "udp", "9.9.9.9", raw) for k, raw in zip(kinds, raws, strict=True)
    ]
    once = dns_features(*asked[:2])
    again = dns_features(asked[1], asked[0], asked[2])
    assert {p: set(v) for p, v in once.items() if p.host} == {
        p: set(v) for p, v in again.items() if p.host
    }
    assert len(again[Location("dns", part="query options", pointer="id")]) == 3


def test_a_handshake_without_its_bytes():
    hello = ClientHello(0, 0.0, "h", 443, b"", "h", ("h2", "http/1.1"), (0x0304,),
                        (0x3A3A, 0x1301), (0x0A0A, 0), (29,), (0x0403,), "", "")  # fmt: skip
    found = {location.part: values for location, values in features(hello).items()}
    assert found["ciphers"] == ("GREASE 1301",)
    assert found["extensions"] == ("GREASE 0000",)
    assert found["alpn"] == ("h2 http/1.1",)


def test_bytes_without_a_protocol():
    raw = Connection(0, 0.0, None, "203.0.113.1", 9, "raw", b"hi", 2)
    found = features(raw, Datagram(0.0, "h", "203.0.113.2", 53, b"\xff"))
    assert found[Location("tcp", "203.0.113.1", path=":9", part="data")] == ("hi",)
    assert found[Location("udp", "h", path=":53", part="data")] == ("ff",)


HEAD = b"POST /v1/messages HTTP/1.1\r\nX-A:  1\r\n\r\n"


def connection(protocol, sent, port=9, layer=None):
    """A connection of one layer."""
    described = ConnectionLayer(layer or protocol, "h", port, spans=((0, len(sent)),))
    return Connection(
        0, 0.0, "h", "203.0.113.1", port, protocol, sent, len(sent), layers=(described,)
    )


def test_a_connection_with_a_protocol_shows_as_its_messages_only():
    known = connection("http/1.1", HEAD)
    assert {place.channel for place in features(request(), known)} == {"http", "exit"}


def test_a_connection_of_an_earlier_version_has_one_layer():
    known = Connection(0, 0.0, "h", "203.0.113.1", 9, "http/1.1", HEAD, len(HEAD))
    assert features(request(), known) == features(request(), connection("http/1.1", HEAD))
    tunnelled = Connection(0, 0.0, "h", "203.0.113.1", 9, "connect", HEAD, len(HEAD))
    assert len(features(tunnelled)) == 1


@pytest.mark.parametrize("protocol", ["http/1.1", "h2"])
def test_what_no_server_can_read_is_kept(protocol):
    broken = b"GET  / HTTP/1.1\r\n\r\n"
    place = Location("tcp", "h", path=":9", part="data")
    assert features(connection(protocol, broken))[place] == (broken.decode(),)


def test_what_follows_the_last_request_is_kept():
    chunked = HEAD.replace(b"X-A:  1", b"Transfer-Encoding: chunked") + b"A\r\n0123456789\r\n"
    last = request(headers=[(b"Transfer-Encoding", b"chunked")], body=b"0123456789")
    sent = HEAD + chunked + b"0\r\n\r\nGET  /"
    known = connection("http/1.1", sent)
    place = Location("tcp", "h", path=":9", part="data")
    assert features(request(), last, known)[place] == ("GET  /",)
    assert parts(request(), last, known)["header spacing", "(chunks)/digits"] == ("upper case",)


def test_the_spacing_of_headers_is_reported_once_for_all_messages_of_a_place():
    sent = HEAD * 3 + HEAD.replace(b"  1", b" 1")
    known = connection("http/1.1", sent)
    found = parts(*[request()] * 4, known)
    assert found["header spacing", "x-a"] == ("2 spaces\none space",)
    assert found["header spacing", "(first line)"] == ("CRLF",)


def test_headers_for_a_proxy_have_no_spacing_of_the_message():
    sent = HEAD.replace(b"X-A", b"Proxy-Authorization")
    known = connection("http/1.1", sent, 3128)
    found = parts(request(via=("http://p:3128",)), known)
    assert ("header spacing", "proxy-authorization") not in found


def test_messages_and_failures():
    message = WebSocketMessage(0, 0.0, "h", "/live?x=1", True, b'{"zone": "UTC"}')
    found = features(message, TlsFailure(0, 0.0, "h", "unknown ca"))
    assert found[Location("websocket", "h", path="/live", part="body", pointer="/zone")] == ("UTC",)
    assert found[Location("tls", "h", part="failure")] == ("unknown ca",)


def test_messages_of_made_up_paths_are_at_one_place():
    path = "/live/0e370d5b-3b3b-917e-1adb-fb38b42e030f"
    found = features(WebSocketMessage(0, 0.0, "h", path, True, b"hi"))
    assert found[Location("websocket", "h", path="/live/{id}", part="body", pointer="")] == ("hi",)


@pytest.mark.parametrize(
    ("end", "status"),
    [
        (Exit(1, "finished", 3, None, 0, b"", b""), "finished, code 3"),
        (Exit(1, "timed out", None, 9, 0, b"", b""), "timed out, signal 9"),
    ],
)
def test_how_it_ended(end, status):
    assert extract_features(Observation((), end), HostRoles()) == {
        Location("exit", part="status"): (status,)
    }


def test_what_was_refused_is_a_feature():
    end = msgspec.structs.replace(END, refused=("UDP-Lite socket",))
    place = Location("exit", part="refused", pointer="UDP-Lite socket")
    assert extract_features(Observation((), end), HostRoles())[place] == ("asked for",)


def test_a_location_reads_from_the_outside_in():
    place = Location("http", "api.example.com", "POST", "/v1/messages", "body", "/model")
    assert str(place) == "http POST api.example.com/v1/messages body /model"
    assert place.message.with_part("body", "/model") == place
    assert str(Location("exit", part="status")) == "exit status"


PAGE = Path(__file__).parents[2] / "docs" / "reference-locations.md"
EVERYTHING = (
    request(target="/files/42?a=1", body=b'{"a":1,"b":[{"id":"c"}]}', headers=[(b"X", b"y")]),
    request(body=gzip.compress(b"{}"), headers=[(b"Content-Encoding", b"gzip")]),
    DnsQuery(0.0, "h", "A", "udp", "192.168.1.1", dns.message.make_query("h", "A").to_wire()),
    ClientHello(0, 0.0, "h", 443, b"", None, (), (), (), (), (), (), "", ""),
    TlsFailure(0, 0.0, "h", "unknown ca"),
    ProxyHop(0, 0.0, "connect", "p:1", "h:443", ((b"X", b"y"),)),
    WebSocketMessage(0, 0.0, "h", "/", True, b"hi"),
    Connection(0, 0.0, None, "203.0.113.1", 9, "raw", b"", 0),
    connection("http/1.1", HEAD),
    Datagram(0.0, None, "203.0.113.1", 9, b""),
)


def test_the_page_names_every_part_and_no_other():
    found = {location.part for location in features(*EVERYTHING)}
    for wire, port in STREAMS.values():
        events = record([wire], port).events
        found |= {location.part for location in features(*events)}
    found |= {MessagePart.REFUSED, MessagePart.PLACEMENT}  # of an end, and of several trials
    table = PAGE.read_text().partition("## Parts")[2].partition("## Pointers")[0]
    cells = [line.split("|")[2] for line in table.splitlines() if line.startswith("|")]
    assert {part for cell in cells for part in re.findall("`(.*?)`", cell)} == found
