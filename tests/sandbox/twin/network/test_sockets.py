"""Sockets: to the lab, to the client itself, and to nobody."""

from __future__ import annotations

import asyncio
import errno
import http.client
import http.server
import os
import select
import socket
import threading
import urllib.request

import pytest
import urllib3

from lab.observation.records import Connection, Datagram, DnsQuery, Request

REQUEST = b"POST /x HTTP/1.1\r\nHost: a.example\r\nContent-Length: 2\r\n\r\n{}"


def attempt(function, *words):
    try:
        found = function(*words)
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
    else:
        return found if isinstance(found, str | int | list) else None


def of(seen, kind):
    return [event for event in seen.events if isinstance(event, kind)]


class TestTcp:
    def test_is_recorded_as_a_cell_records_it(self, observe):
        def talk():
            with socket.create_connection(("collector.example", 9999), timeout=5) as line:
                line.sendall(b"HELLO\n")
                line.send(b"BYE\n")
                line.shutdown(socket.SHUT_WR)
                assert line.recv(9) == b""

        (line,) = of(observe(talk), Connection)
        assert (line.host, line.port, line.protocol) == ("collector.example", 9999, "raw")
        assert (line.sent, line.size) == (b"HELLO\nBYE\n", 10)

    def test_to_an_address_has_no_name(self, observe):
        seen = observe(lambda: socket.create_connection(("203.0.113.9", 80)).close())
        assert [(line.host, line.address) for line in of(seen, Connection)] == [
            (None, "203.0.113.9")
        ]
        assert of(seen, DnsQuery) == []

    def test_left_open_is_recorded_all_the_same(self, observe):
        kept = []

        def leave():
            kept.append(socket.create_connection(("a.example", 80)))
            kept[0].sendall(REQUEST)

        seen = observe(leave)
        assert [each.body for each in of(seen, Request)] == [b"{}"]
        assert kept[0].fileno() == -1

    def test_forgotten_is_closed(self, observe):
        def forget():
            for _ in range(3):
                socket.create_connection(("a.example", 80)).sendall(REQUEST)
            return len(os.listdir("/tmp"))

        before = len(os.listdir("/proc/self/fd"))
        assert len(of(observe(forget), Request)) == 3
        assert len(os.listdir("/proc/self/fd")) == before

    def test_given_away_and_never_taken_is_closed(self, observe):
        def give():
            left = socket.create_connection(("a.example", 80)).detach()
            closed = socket.create_connection(("b.example", 80)).detach()
            os.close(closed)
            return left

        before = len(os.listdir("/proc/self/fd"))
        assert observe(give).exit.code == 0
        assert len(os.listdir("/proc/self/fd")) == before

    def test_of_every_library_is_the_same(self, observe):
        def by_hand():
            with socket.socket(socket.AF_INET) as line:
                assert line.connect_ex(("a.example", 80)) == 0
                line.sendall(REQUEST)
                with line.makefile("rb") as answer:
                    return answer.readline().split()[1]

        def by_client():
            line = http.client.HTTPConnection("a.example")
            line.request("POST", "/x", b"{}")
            return line.getresponse().status

        def by_pool():
            with urllib3.PoolManager() as pool:
                return [pool.request("POST", "http://a.example/x", body=b"{}") for _ in range(2)]

        def by_loop():
            async def talk():
                reader, writer = await asyncio.open_connection("a.example", 80)
                writer.write(REQUEST)
                line = await reader.readline()
                writer.close()
                await writer.wait_closed()
                return line

            return asyncio.run(talk())

        ways = {
            by_hand: 1,
            by_client: 1,
            lambda: urllib.request.urlopen("http://a.example/x", b"{}"): 1,
            by_pool: 2,
            by_loop: 1,
        }
        for way, count in ways.items():
            seen = observe(way)
            assert seen.exit.code == 0, seen.exit.stderr.decode()
            assert [each.body for each in of(seen, Request)] == [b"{}"] * count
            assert len(of(seen, Connection)) == 1


class TestWaiting:
    def test_ends_when_its_time_is_over(self, observe):
        def wait():
            found = []
            with socket.create_connection(("silent.example", 9), timeout=0.03) as line:
                found.append(attempt(line.recv, 1))
                line.setblocking(False)
                found.append(attempt(line.recv, 1))
                line.settimeout(None)
                found.append(attempt(line.recv, 1, socket.MSG_DONTWAIT))
            return found

        assert observe.result_of(wait) == ["timed out", "EAGAIN", "EAGAIN"]

    def test_can_be_left_to_the_system(self, observe):
        def wait():
            with socket.create_connection(("a.example", 80)) as line:
                poll = select.poll()
                poll.register(line, select.POLLIN)
                before = [select.select([line], [line], [], 0)[1] == [line], poll.poll(0)]
                line.sendall(REQUEST)
                after = [select.select([line], [], [], 1)[0] == [line], len(poll.poll(1000))]
                while line.recv(4096, socket.MSG_DONTWAIT | socket.MSG_PEEK):
                    line.recv(4096)
                    if not poll.poll(0):
                        break
                return before, after, poll.poll(0)

        assert observe.result_of(wait) == [[True, []], [True, 1], []]

    def test_in_two_threads_is_woken_by_the_other(self, observe):
        def wait():
            found = []
            with socket.create_connection(("a.example", 80), timeout=5) as line:
                reader = threading.Thread(target=lambda: found.append(line.recv(12).decode()))
                reader.start()
                line.sendall(REQUEST)
                reader.join()
            return found

        assert observe.result_of(wait) == ["HTTP/1.1 200"]


class TestReceiving:
    def test_in_every_way(self, observe):
        def receive():
            with socket.create_connection(("a.example", 80)) as line:
                line.sendall(REQUEST)
                found = [line.recv(4, socket.MSG_PEEK).decode(), line.recv(4).decode()]
                buffer = bytearray(3)
                found.append(line.recv_into(buffer))
                found.append(buffer.decode())
                parts = bytearray(1), bytearray(2)
                found.append(line.recvmsg_into(parts)[0])
                found.append(b"".join(parts).decode())
                found.append(line.recvmsg(2)[0].decode())
                found.append(line.recvfrom(2)[0].decode())
                found.append(len(line.recv(6, socket.MSG_WAITALL)))
            return found

        assert observe.result_of(receive) == [
            "HTTP", "HTTP", 3, "/1.", 3, "1 2", "00", " \r", 6,
        ]  # fmt: skip


class TestUdp:
    def test_is_recorded_and_not_answered(self, observe):
        def beacon():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                line.sendto(b"one", ("collector.example", 8125))
                line.connect(("collector.example", 8125))
                line.send(b"two")
                line.sendmsg([b"th", b"ree"])
                line.settimeout(0.01)
                return attempt(line.recv, 9)

        assert observe.result_of(beacon) == "timed out"
        seen = of(observe(beacon), Datagram)
        assert [(each.host, each.port, each.data) for each in seen] == [
            ("collector.example", 8125, data) for data in (b"one", b"two", b"three")
        ]

    def test_to_a_name_server_is_answered(self, observe):
        query = bytes.fromhex("abcd0100000100000000000003777777076578616d706c650000010001")

        def ask():
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
                line.settimeout(5)
                line.sendto(query, ("9.9.9.9", 53))
                data, source = line.recvfrom(512)
                return data[:2].hex(), source[0], len(data) > len(query)

        assert observe.result_of(ask) == ["abcd", "9.9.9.9", True]
        (question,) = of(observe(ask), DnsQuery)
        assert (question.name, question.type, question.resolver) == ("www.example", "A", "9.9.9.9")


class TestAddresses:
    def test_are_those_of_the_machine(self, observe):
        def ask():
            found = []
            for family, host in ((socket.AF_INET, "8.8.8.8"), (socket.AF_INET6, "2001:db8::1")):
                with socket.socket(family, socket.SOCK_DGRAM) as line:
                    found.append(attempt(line.connect, (host, 80)) or line.getsockname()[0])
            with socket.socket() as line:
                found.append(line.getsockname()[0])
                line.bind(("", 0))
                found.append(line.getsockname()[1] > 1024)
                found.append(attempt(line.getpeername))
            return found, [name for _, name in socket.if_nameindex()]

        home = ["192.168.1.23", "2600:1700:5a2c:9d10:3c51:ff2e:8a07:61b4", "0.0.0.0"]
        assert observe.result_of(ask) == [[*home, True, "ENOTCONN"], ["lo", "eth0"]]
        office = ["10.34.72.115", "ENETUNREACH", "0.0.0.0"]
        assert observe.result_of(ask, {"network": "office"})[0][:3] == office

    def test_a_connection_within_another_network_comes_from_there(self, observe):
        def ask():
            with socket.create_connection(("172.17.0.9", 80)) as line:
                return line.getsockname()[0], line.getpeername()[0]

        assert observe.result_of(ask, {"network": "docker"}) == ["172.17.0.1", "172.17.0.9"]


class TestItself:
    @pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "192.168.1.23", "::1", "0.0.0.0"])
    def test_where_nobody_listens_is_refused(self, observe, host):
        seen = observe(lambda: print(attempt(socket.create_connection, (host, 8080))))
        assert seen.exit.stdout == b"ECONNREFUSED\n"
        assert seen.events == ()

    def test_can_be_served_by_the_client(self, observe):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"ok")

            def log_message(self, *words):
                pass

        def serve():
            with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
                thread = threading.Thread(
                    target=server.serve_forever, kwargs={"poll_interval": 0.01}
                )
                thread.start()
                url = f"http://127.0.0.1:{server.server_port}/"
                with urllib.request.urlopen(url, timeout=5) as answer:
                    said = answer.read().decode()
                server.shutdown()
                thread.join()
            return said, server.server_port > 1024

        assert observe.result_of(serve) == ["ok", True]

    def test_by_datagram(self, observe):
        def talk():
            with (
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
            ):
                server.bind(("127.0.0.1", 0))
                client.sendto(b"here", server.getsockname())
                return server.recvfrom(9)[0].decode()

        assert observe.result_of(talk) == "here"

    def test_ports_are_taken_and_given_back(self, observe):
        def bind():
            found = []
            with socket.create_server(("127.0.0.1", 8123)), socket.socket() as other:
                found.append(attempt(other.bind, ("127.0.0.1", 8123)))
                found.append(attempt(other.bind, ("127.0.0.1", 80)))
                found.append(attempt(other.bind, ("203.0.113.1", 0)))
            with socket.create_server(("127.0.0.1", 8123)) as again:
                found.append(again.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))
            return found

        assert observe.result_of(bind) == ["EADDRINUSE", "EACCES", "EADDRNOTAVAIL", 1]


class TestKinds:
    def test_that_a_jail_has_not(self, observe):
        def make():
            return [
                attempt(socket.socket, socket.AF_INET, socket.SOCK_RAW, 1),
                attempt(socket.socket, socket.AF_VSOCK, socket.SOCK_STREAM),
                attempt(socket.socket, socket.AF_PACKET, socket.SOCK_RAW),
                attempt(socket.socket(socket.AF_UNIX).connect, "/var/run/docker.sock"),
                attempt(socket.socket(socket.AF_UNIX).connect, "/etc/passwd"),
            ]

        assert observe.result_of(make) == [
            "EPERM",
            "EAFNOSUPPORT",
            "EAFNOSUPPORT",
            "ENOENT",
            "ECONNREFUSED",
        ]

    def test_a_subclass_is_a_socket_like_any_other(self, observe):
        class Mine(socket.socket):
            def connect(self, address):
                super().connect((address[0], 81))

        def use():
            with Mine() as line:
                line.connect(("203.0.113.9", 80))
                return line.getpeername()[1], isinstance(line, socket.socket)

        assert observe.result_of(use) == [81, True]

    def test_a_copy_is_the_same_connection(self, observe):
        def use():
            line = socket.create_connection(("a.example", 80))
            copy = line.dup()
            line.close()
            copy.sendall(REQUEST)
            said = copy.recv(12).decode()
            copy.close()
            other = socket.socket(fileno=socket.create_connection(("b.example", 80)).detach())
            other.sendall(REQUEST)
            with other:
                return said, other.recv(12).decode()

        assert observe.result_of(use) == ["HTTP/1.1 200", "HTTP/1.1 200"]
        assert len(of(observe(use), Request)) == 2
