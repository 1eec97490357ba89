"""Names: what is asked, in which order, and what comes of it.

The expected answers are those of glibc 2.36 in a cell.
"""

from __future__ import annotations

import socket

import pytest

from lab.observation.records import DnsQuery
from lab.sandbox.twin.network.etc_names import EtcNames
from lab.sandbox.twin.network.resolver import Resolver

HOSTS = (
    "127.0.0.1\tlocalhost\n127.0.1.1\tjuniper.corp.example\tjuniper\n::1 localhost ip6-localhost\n"
)
SERVICES = "http\t80/tcp\twww # web\nhttps\t443/tcp\nhttps\t443/udp\ndomain\t53/udp\n"


class Asked:
    """A resolver whose name server answers from a table."""

    def __init__(self, table=None, **known):
        self.table = table or {}
        self.asked = []
        self.resolver = Resolver(self.answer)
        names = EtcNames(
            hosts=HOSTS, services=SERVICES, **{"resolv": "nameserver 192.0.2.1\n", **known}
        )
        self.resolver.begin(lambda: names)

    def answer(self, message, server):
        import dns.message
        import dns.rdatatype
        import dns.rrset

        query = dns.message.from_wire(message)
        (question,) = query.question
        name, kind = (
            question.name.to_text(omit_final_dot=True),
            dns.rdatatype.to_text(question.rdtype),
        )
        self.asked.append((name, kind, server))
        response = dns.message.make_response(query)
        found = self.table.get((name, kind))
        if found:
            response.answer.append(dns.rrset.from_text(question.name, 300, "IN", kind, *found))
        return response.to_wire()


BOTH = {("a.example", "A"): ["203.0.113.1"], ("a.example", "AAAA"): ["2001:db8::1"]}


def short(found):
    return [(int(each[0]), int(each[1]), each[2], each[3], each[4][:2]) for each in found]


class TestQueries:
    def test_are_both_where_no_family_is_asked_for(self):
        lab = Asked(BOTH)
        found = lab.resolver.getaddrinfo("a.example", 443, type=socket.SOCK_STREAM)
        assert [(name, kind) for name, kind, _ in lab.asked] == [
            ("a.example", "A"),
            ("a.example", "AAAA"),
        ]
        assert short(found) == [
            (10, 1, 6, "", ("2001:db8::1", 443)),
            (2, 1, 6, "", ("203.0.113.1", 443)),
        ]
        assert found[0][4] == ("2001:db8::1", 443, 0, 0)

    @pytest.mark.parametrize(("family", "kind"), [(socket.AF_INET, "A"), (socket.AF_INET6, "AAAA")])
    def test_are_one_for_one_family(self, family, kind):
        lab = Asked(BOTH)
        lab.resolver.getaddrinfo("a.example", 443, family)
        assert lab.asked == [("a.example", kind, "192.0.2.1")]

    def test_are_none_for_addresses_and_known_names(self):
        lab = Asked()
        assert lab.resolver.gethostbyname("juniper") == "127.0.1.1"
        assert lab.resolver.gethostbyname("192.0.2.77") == "192.0.2.77"
        assert lab.resolver.resolve_address("", socket.AF_INET6) == "::"
        assert short(lab.resolver.getaddrinfo("localhost", 80, type=1)) == [
            (10, 1, 6, "", ("::1", 80)),
            (2, 1, 6, "", ("127.0.0.1", 80)),
        ]
        assert lab.asked == []

    def test_go_to_the_first_name_server(self):
        lab = Asked(BOTH, resolv="# mine\nnameserver 198.51.100.1\nnameserver 198.51.100.2\n")
        lab.resolver.gethostbyname("a.example")
        assert lab.asked == [("a.example", "A", "198.51.100.1")]

    @pytest.mark.parametrize(
        ("name", "asked"),
        [
            ("intranet", ["intranet.corp.example", "intranet"]),
            ("a.b", ["a.b", "a.b.corp.example"]),
            ("a.b.", ["a.b"]),
        ],
    )
    def test_search_the_domain(self, name, asked):
        lab = Asked(resolv="search corp.example\nnameserver 192.0.2.1\n")
        with pytest.raises(socket.gaierror, match="Name or service not known"):
            lab.resolver.gethostbyname(name)
        assert [each for each, _, _ in lab.asked] == asked

    def test_are_in_ascii(self):
        lab = Asked({("xn--bcher-kva.example", "A"): ["203.0.113.1"]})
        assert lab.resolver.gethostbyname("bücher.example") == "203.0.113.1"


class TestAnswers:
    @pytest.mark.parametrize(
        ("has4", "has6", "first"), [(True, True, 10), (True, False, 2), (False, True, 10)]
    )
    def test_what_can_be_reached_comes_first(self, has4, has6, first):
        lab = Asked(BOTH, has4=has4, has6=has6)
        assert lab.resolver.getaddrinfo("a.example", 1)[0][0] == first

    def test_without_a_kind_there_are_all_kinds(self):
        found = Asked().resolver.getaddrinfo("192.0.2.5", 80)
        assert [each[:3] for each in short(found)] == [(2, 1, 6), (2, 2, 17), (2, 3, 0)]

    def test_a_service_has_its_kinds(self):
        resolver = Asked().resolver
        assert [each[1:3] for each in short(resolver.getaddrinfo("192.0.2.5", "http"))] == [(1, 6)]
        assert [each[1:3] for each in short(resolver.getaddrinfo("192.0.2.5", "https"))] == [
            (1, 6),
            (2, 17),
        ]
        assert resolver.getaddrinfo("192.0.2.5", "443", type=1)[0][4] == ("192.0.2.5", 443)

    def test_nobody_is_this_machine(self):
        resolver = Asked().resolver
        assert [each[4][0] for each in resolver.getaddrinfo(None, 80, type=1)] == [
            "::1",
            "127.0.0.1",
        ]
        passive = resolver.getaddrinfo(None, 80, type=1, flags=socket.AI_PASSIVE)
        assert [each[4][0] for each in passive] == ["0.0.0.0", "::"]

    def test_the_name_is_said_once(self):
        found = Asked(BOTH).resolver.getaddrinfo("a.example", 1, type=1, flags=socket.AI_CANONNAME)
        assert [each[3] for each in found] == ["a.example", ""]

    @pytest.mark.parametrize(
        ("words", "number"),
        [
            (("a.invalid", 80), socket.EAI_NONAME),
            (("", 80), socket.EAI_NONAME),
            ((None, None), socket.EAI_NONAME),
            (("192.0.2.5", "nosuch"), socket.EAI_SERVICE),
            (("192.0.2.5", 80, 99), socket.EAI_FAMILY),
            (("192.0.2.5", 80, 0, 77), socket.EAI_SOCKTYPE),
            (("192.0.2.5", 80, socket.AF_INET6), socket.EAI_ADDRFAMILY),
            (("a.example", 80, 0, 0, 0, socket.AI_NUMERICHOST), socket.EAI_NONAME),
            (("a" * 64 + ".example", 80), socket.EAI_NONAME),
        ],
    )
    def test_what_there_is_not(self, words, number):
        with pytest.raises(socket.gaierror) as error:
            Asked().resolver.getaddrinfo(*words)
        assert error.value.errno == number


class TestReverse:
    def test_first_in_files_then_in_the_network(self):
        lab = Asked({("7.113.0.203.in-addr.arpa", "PTR"): ["host.example."]})
        assert lab.resolver.gethostbyaddr("127.0.1.1") == (
            "juniper.corp.example",
            ["juniper"],
            ["127.0.1.1"],
        )
        assert lab.asked == []
        assert lab.resolver.gethostbyaddr("203.0.113.7")[0] == "host.example"
        assert lab.resolver.getnameinfo(("203.0.113.7", 443), 0) == ("host.example", "https")

    def test_without_a_name(self):
        resolver = Asked().resolver
        with pytest.raises(socket.herror, match="Unknown host"):
            resolver.gethostbyaddr("203.0.113.7")
        assert resolver.getnameinfo(("203.0.113.7", 9), 0) == ("203.0.113.7", "9")
        with pytest.raises(socket.gaierror):
            resolver.getnameinfo(("203.0.113.7", 9), socket.NI_NAMEREQD)

    def test_services_by_name_and_number(self):
        resolver = Asked().resolver
        assert resolver.getservbyname("www") == 80
        assert resolver.getservbyport(53, "udp") == "domain"
        with pytest.raises(OSError, match="not found"):
            resolver.getservbyport(53, "tcp")
        with pytest.raises(OSError, match="not found"):
            resolver.getservbyname("http", "udp")


def test_queries_are_recorded_like_a_cells(observe):
    seen = observe(
        lambda: socket.getaddrinfo("www.example.com", 443), {"network": "resolver=9.9.9.9"}
    )
    assert [(each.name, each.type, each.transport, each.resolver) for each in seen.events] == [
        ("www.example.com", "A", "udp", "9.9.9.9"),
        ("www.example.com", "AAAA", "udp", "9.9.9.9"),
    ]
    assert all(isinstance(each, DnsQuery) and len(each.raw) == 33 for each in seen.events)
