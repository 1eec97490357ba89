"""Real sockets on the loopback device; they are not transparent, so we are who we are."""

import http.client
import socket
import ssl
import struct
import threading
import time

import dns.message
import h2.config
import h2.connection
import h2.events
import pytest

from lab.errors import LabError
from lab.internet import layers, server, tcp_transport, udp
from lab.internet.cell_sockets import CellSockets
from lab.internet.dns.over_udp import DnsUdp
from lab.internet.journal import RecordingLimits
from lab.internet.script import FixedAnswer, Script
from lab.internet.server import Server
from lab.observation.records import Connection, Datagram, DnsQuery, Request
from tests.internet.transcript import authority


def bound(family, kind):
    made = socket.socket(family, kind)
    made.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
    if kind == socket.SOCK_STREAM:
        made.listen()
    return made


class Cell:
    """What a cell would hand over, and clients in it."""

    def __init__(self):
        self.answered_from = []
        v4, v6 = socket.AF_INET, socket.AF_INET6
        stream, datagram = socket.SOCK_STREAM, socket.SOCK_DGRAM
        self.sockets = CellSockets(
            bound(v4, stream), bound(v6, stream), bound(v4, datagram), bound(v6, datagram),
            self.reply,
        )  # fmt: skip
        self.port = self.sockets.tcp4.getsockname()[1]

    def reply(self, address, port):
        if address != "127.0.0.1":
            raise LabError("the cell could not do what was asked: no such address")
        self.answered_from.append((address, port))
        return bound(socket.AF_INET, socket.SOCK_DGRAM)

    def connect(self, family=socket.AF_INET):
        listener = self.sockets.tcp4 if family == socket.AF_INET else self.sockets.tcp6
        client = socket.socket(family)
        client.settimeout(10)
        client.connect(listener.getsockname())
        return client

    def tls(self, alpn=()):
        context = ssl.create_default_context(cadata=authority().pem.decode())
        if alpn:
            context.set_alpn_protocols(alpn)
        return context.wrap_socket(self.connect(), server_hostname="api.example.com")

    def close(self):
        for each in (self.sockets.tcp4, self.sockets.tcp6, self.sockets.udp4, self.sockets.udp6):
            each.close()


@pytest.fixture
def cell():
    made = Cell()
    yield made
    made.close()


@pytest.fixture
def network(cell):
    with Server(authority()) as internet:
        yield internet.attach(cell.sockets)


def of(recording, kind):
    return [event for event in recording.events if isinstance(event, kind)]


def test_https_with_pythons_own_client(cell, network):
    network.begin(Script(answers=(FixedAnswer(path="/x", body="hello"),)))
    client = http.client.HTTPSConnection("api.example.com")
    client.sock = cell.tls()
    for _ in range(3):
        client.request("POST", "/x", b"body")
        assert client.getresponse().read() == b"hello"
    client.close()
    recording = network.end()
    (connection,) = of(recording, Connection)
    assert (connection.address, connection.port) == ("127.0.0.1", cell.port)
    assert connection.host is None
    assert [request.body for request in of(recording, Request)] == [b"body"] * 3
    assert recording.truncated == ()


def test_http2_with_a_client_of_h2(cell, network):
    network.begin(Script())
    with cell.tls(("h2",)) as client:
        protocol = h2.connection.H2Connection(h2.config.H2Configuration())
        protocol.initiate_connection()
        head = [(":method", "POST"), (":authority", "a"), (":scheme", "https"), (":path", "/")]
        protocol.send_headers(1, head, end_stream=True)
        client.sendall(protocol.data_to_send())
        events = []
        while not any(isinstance(event, h2.events.StreamEnded) for event in events):
            events += protocol.receive_data(client.recv(65536))
    (request,) = of(network.end(), Request)
    assert (request.version, request.status) == ("2", 200)


def test_ipv6(cell, network):
    network.begin(Script())
    with cell.connect(socket.AF_INET6) as client:
        client.sendall(b"\x00raw")
    (connection,) = of(network.end(), Connection)
    assert (connection.address, connection.sent) == ("::1", b"\x00raw")


def test_what_was_sent_right_before_the_end_is_recorded(cell, network, monkeypatch):
    # The client sends and is killed; and the loop is busy and has no time to notice.
    monkeypatch.setattr(server, "QUIET_S", 0)
    monkeypatch.setattr(server, "QUIET_PASSES", 1)
    count = server.BATCH + 20
    for reset in (False, True):
        network.begin(Script())
        network._loop.call_soon_threadsafe(time.sleep, 0.3)
        for number in range(count):
            client = cell.connect()
            if reset:
                linger = struct.pack("ii", 1, 0)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            client.sendall(b"\x00" * 100_000 if not reset else b"GET /%d HTTP/1.1\r\n" % number)
            client.close()
        connections = of(network.end(), Connection)
        assert len(connections) == count
        if not reset:
            assert {connection.size for connection in connections} == {100_000}


def test_requests_of_a_client_that_never_reads_are_all_recorded(cell, network):
    network.begin(Script(answers=(FixedAnswer(path="*", body="x" * 100_000),)))
    client = cell.connect()
    client.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 200)
    client.close()
    assert len(of(network.end(), Request)) == 200


def test_a_slow_reader_gets_everything(cell, network):
    # More than the kernel's buffers of both ends hold.
    size = 24 << 20
    network.begin(Script(answers=(FixedAnswer(path="*", body="x" * size),)))
    with cell.connect() as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        time.sleep(0.05)
        received = bytearray()
        while piece := client.recv(1 << 20):
            received += piece
    assert len(received.partition(b"\r\n\r\n")[2]) == size
    network.end()


def test_an_idle_connection_stays_open_until_the_end(cell, network):
    network.begin(Script())
    with cell.connect() as client:
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(1)
        network.end()
        client.settimeout(5)
        assert client.recv(1) == b""


def test_a_body_that_never_ends_does_not_hold_up_the_end(cell, network, monkeypatch):
    monkeypatch.setattr(server, "DRAIN_S", 0.3)
    network.begin(Script())
    client = cell.connect()
    client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
    stop = threading.Event()

    def pour():
        try:
            while not stop.is_set():
                client.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")
        except OSError:
            return

    thread = threading.Thread(target=pour)
    # An end that waits for the client's returns as well, but only when the client gives up.
    patience = threading.Timer(30, stop.set)
    patience.start()
    thread.start()
    time.sleep(0.05)
    recording = network.end()
    assert not stop.is_set()
    patience.cancel()
    stop.set()
    client.close()
    thread.join()
    (request,) = of(recording, Request)
    assert not request.complete
    assert request.size > 0
    assert recording.truncated == ("unread",)


def test_what_is_queued_at_the_end_is_read_however_long_that_takes(cell, network, monkeypatch):
    # The servers are slow, as where the loop was held up.
    receive = tcp_transport.TcpTransport.pump

    def pump(wire):
        time.sleep(0.01)
        return receive(wire)

    monkeypatch.setattr(tcp_transport, "READ_SIZE", 1000)
    monkeypatch.setattr(tcp_transport.TcpTransport, "pump", pump)
    network.begin(Script())
    network._loop.call_soon_threadsafe(time.sleep, 0.3)
    with cell.connect() as client:
        client.sendall(b"\x00" * 300_000)
    recording = network.end()
    (connection,) = of(recording, Connection)
    assert (connection.size, recording.truncated) == (300_000, ())


def test_more_connections_than_the_kernel_keeps_make_a_recording_incomplete(cell, network):
    cell.sockets.tcp4.listen(1)
    network.begin(Script())
    network._loop.call_soon_threadsafe(time.sleep, 0.3)
    clients = []
    for _ in range(6):
        client = socket.socket()
        client.setblocking(False)
        client.connect_ex(cell.sockets.tcp4.getsockname())
        clients.append(client)
    assert "backlog" in network.end().truncated
    for client in clients:
        client.close()
    network.begin(Script())
    assert network.end().truncated == ()


def test_dropped_datagrams_make_a_recording_incomplete(cell, network):
    network.begin(Script())
    cell.sockets.udp4.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    network._loop.call_soon_threadsafe(time.sleep, 0.3)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        for _ in range(200):
            client.sendto(bytes(1000), cell.sockets.udp4.getsockname())
    recording = network.end()
    assert recording.truncated == ("dropped datagrams",)
    assert 0 < len(of(recording, Datagram)) < 200
    network.begin(Script())
    assert network.end().truncated == ()


def test_what_an_earlier_trial_left_behind_is_all_taken_away(cell, network, monkeypatch):
    monkeypatch.setattr(server, "BATCH", 2)
    network._loop.call_soon_threadsafe(time.sleep, 0.3)
    clients = [cell.connect() for _ in range(50)]
    network.begin(Script())
    assert network.end().events == ()
    for client in clients:
        client.close()


def test_a_flood_is_cut_and_counted(cell):
    limits = RecordingLimits(connection_bytes=1000, total_bytes=1500, connections=3)
    with Server(authority(), limits) as internet:
        network = internet.attach(cell.sockets)
        network.begin(Script())
        for _ in range(5):
            with cell.connect() as client:
                client.sendall(b"\x00" * 2000)
        recording = network.end()
    assert sorted(len(event.sent) for event in recording.events) == [0, 500, 1000]
    assert {event.size for event in recording.events} == {2000}
    assert recording.truncated == ("bytes", "connections")


def ask(cell, name="api.example.com"):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(5)
    query = dns.message.make_query(name, "A").to_wire()
    client.sendto(query, cell.sockets.udp4.getsockname())
    return client, query


def test_dns_is_answered_through_the_cells_reply_socket(cell, network, monkeypatch):
    monkeypatch.setattr(udp, "LAYERS", {cell.sockets.udp4.getsockname()[1]: DnsUdp})
    network.begin(Script())
    for _ in range(2):
        client, _ = ask(cell)
        with client:
            assert dns.message.from_wire(client.recv(4096)).answer
    recording = network.end()
    assert [event.name for event in of(recording, DnsQuery)] == ["api.example.com"] * 2
    assert cell.answered_from == [cell.sockets.udp4.getsockname()], "one socket, used twice"


def test_a_reply_that_cannot_be_sent_is_no_failure(cell, network, monkeypatch):
    monkeypatch.setattr(udp, "LAYERS", {cell.sockets.udp6.getsockname()[1]: DnsUdp})
    network.begin(Script())
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as client:
        query = dns.message.make_query("a.example", "A").to_wire()
        client.sendto(query, cell.sockets.udp6.getsockname())
    assert len(of(network.end(), DnsQuery)) == 1


def test_reply_sockets_are_bounded(cell, network, monkeypatch):
    monkeypatch.setattr(server, "REPLY_SOCKETS", 2)
    made = [network._reply_socket("127.0.0.1", port) for port in (1, 2, 1, 3)]
    assert made[0] is made[2]
    assert [each.fileno() == -1 for each in (made[0], made[1], made[3])] == [False, True, False]


def test_other_datagrams_are_recorded(cell, network):
    network.begin(Script())
    client, query = ask(cell)
    client.close()
    (datagram,) = network.end().events
    assert isinstance(datagram, Datagram)
    assert (datagram.address, datagram.data) == ("127.0.0.1", query)


SOCKADDR6 = bytes.fromhex("0a00003500000000") + b"\x26" + bytes(15) + bytes(4)


@pytest.mark.parametrize(
    ("ancillary", "expected"),
    [
        ([(socket.IPPROTO_IP, 20, bytes.fromhex("0200003508080404") + bytes(8))], ("8.8.4.4", 53)),
        ([(socket.IPPROTO_IPV6, 74, SOCKADDR6)], ("2600::", 53)),
        ([(socket.IPPROTO_IP, 8, b"")], None),
        ([], None),
    ],
)  # fmt: skip
def test_the_address_that_a_datagram_was_meant_for(ancillary, expected):
    assert server._original_destination(ancillary) == expected


def test_each_recording_begins_anew(cell, network):
    network.begin(Script())
    cell.connect().close()
    assert len(network.end().events) == 1
    network.begin(Script())
    assert network.end().events == ()


def test_outside_a_recording_connections_are_closed(cell, network):
    with cell.connect() as client:
        assert client.recv(1) == b""
    network.begin(Script())
    assert network.end().events == ()


def test_begin_and_end_come_in_turns(network):
    with pytest.raises(LabError, match="begin one first"):
        network.end()
    network.begin(Script())
    with pytest.raises(LabError, match="end it before"):
        network.begin(Script())
    network.end()


def test_a_fault_of_ours_is_reported_at_the_end(cell, network, monkeypatch):
    def broken(*arguments):
        raise ZeroDivisionError("broken on purpose")

    monkeypatch.setattr("lab.internet.http.exchange.answer_request", broken)
    network.begin(Script())
    with cell.connect() as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert client.recv(1) == b""
    with pytest.raises(LabError, match="broken on purpose"):
        network.end()
    network.begin(Script())
    network.end()


def test_a_fault_of_ours_in_a_datagram_is_reported_at_the_end(cell, network, monkeypatch):
    monkeypatch.setattr(layers, "Datagram", None)
    network.begin(Script())
    ask(cell)[0].close()
    with pytest.raises(LabError):
        network.end()


def test_no_more_descriptors_is_a_limit_and_no_failure(cell, network, monkeypatch):
    network.begin(Script())

    class Listener:
        def accept(self):
            raise OSError(24, "Too many open files")

        def fileno(self):
            return network._tcp[0].fileno()

        def getsockopt(self, *arguments):
            return network._tcp[0].getsockopt(*arguments)

    async def refuse():
        network._accept(Listener())

    network._call(refuse())
    assert network.end().truncated == ("connections",)


def test_after_detaching_nothing_is_left(cell):
    before = threading.active_count()
    with Server(authority()) as internet:
        network = internet.attach(cell.sockets)
        network.begin(Script())
        client = cell.connect()
        time.sleep(0.05)
        network.detach()
        network.detach()
        assert client.recv(1) == b""
        client.close()
    internet.close()
    assert threading.active_count() == before
    assert cell.sockets.tcp4.fileno() >= 0, "the caller's sockets stay the caller's"


def test_several_cells_at_once(network):
    cells = [Cell() for _ in range(3)]
    with Server(authority()) as internet:
        networks = [internet.attach(cell.sockets) for cell in cells]
        for each in networks:
            each.begin(Script())
        for number, cell in enumerate(cells):
            with cell.connect() as client:
                client.sendall(b"\x00" * (number + 1))
        sizes = [each.end().events[0].size for each in networks]
    for cell in cells:
        cell.close()
    assert sizes == [1, 2, 3]
