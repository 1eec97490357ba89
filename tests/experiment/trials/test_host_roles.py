import pytest

from lab.environment import Environment
from lab.experiment.trials.host_roles import ENDPOINT, PROXY, assign_roles, learn_default_host
from lab.factors import endpoint as endpoint_factor
from lab.factors import proxy as proxy_factor
from lab.factors.host_spec import Endpoint
from lab.observation.records import DnsQuery, Exit, Observation, Request

OFFICIAL = Endpoint("api.example.com", ("BASE_URL",), "https://api.example.com/v1")
BARE = Endpoint("api.example.com", ("BASE_URL",))
NOBODY = Endpoint(None, ("BASE_URL",))
END = Exit(1.0, "finished", 0, None, 0.1, b"", b"")


def here(**levels):
    return Environment.of(levels)


@pytest.mark.parametrize(
    ("level", "host", "sent", "compared"),
    [
        ("official", "api.example.com", "/v1/chat", "/v1/chat"),
        ("https://models.example.net", "models.example.net", "/v1/chat", "/v1/chat"),
        ("http://models.example.net:8080", "models.example.net", "/v1/chat", "/v1/chat"),
        ("https://m.example.net/gate", "m.example.net", "/gate/v1/chat", "/v1/chat"),
        ("https://203.0.113.10", "203.0.113.10", "/v1/chat", "/v1/chat"),
        ("https://[2001:db8::1]:8443/x", "2001:db8::1", "/x/v1/chat", "/v1/chat"),
    ],
)
def test_what_is_said_to_an_endpoint_is_compared_as_said_to_the_official_one(
    level, host, sent, compared
):
    found = assign_roles(here(endpoint=endpoint_factor.parse(level)), OFFICIAL, OFFICIAL.host)
    assert found.name(host) == "api.example.com"
    assert found.path(host, sent) == compared
    assert found.path(host, "/other") == "/other"
    assert found.name("elsewhere.example.org") == "elsewhere.example.org"


def test_an_official_base_without_a_path():
    found = assign_roles(here(endpoint="https://models.example.net/gateway"), BARE, BARE.host)
    assert found.path("models.example.net", "/gateway/v1/chat") == "/v1/chat"


def test_the_configured_name_servers_have_a_role():
    assert assign_roles(here(network="office"), NOBODY, None).resolvers == {
        "10.34.0.10",
        "10.34.0.11",
    }
    assert assign_roles(here(network="resolver=9.9.9.9"), NOBODY, None).resolvers == {"9.9.9.9"}
    assert assign_roles(here(), NOBODY, None).resolvers == {"192.168.1.1"}


def test_an_unset_endpoint_translates_nothing():
    found = assign_roles(here(endpoint="unset", proxy="unset"), OFFICIAL, OFFICIAL.host)
    assert found.names == {"api.example.com": "api.example.com"}
    assert found.path("api.example.com", "/v1/chat") == "/v1/chat"


def test_an_endpoint_of_which_nobody_knows_the_official_host_has_a_name_of_its_own():
    assert (
        assign_roles(here(endpoint="https://m.example.cn"), NOBODY, None).name("m.example.cn")
        == ENDPOINT
    )
    assert assign_roles(here(endpoint="official"), NOBODY, None).names == {}
    learnt = assign_roles(here(endpoint="https://m.example.cn"), NOBODY, "learnt.example.com")
    assert learnt.name("m.example.cn") == "learnt.example.com"


@pytest.mark.parametrize("level", endpoint_factor.LEVELS)
def test_every_level_of_the_endpoint_has_a_role(level):
    found = assign_roles(here(endpoint=level), OFFICIAL, OFFICIAL.host)
    assert found.name(endpoint_factor.resolve_host(level, OFFICIAL)) == "api.example.com"


@pytest.mark.parametrize("level", proxy_factor.LEVELS)
def test_every_level_of_the_proxy_has_a_role(level):
    assert assign_roles(here(proxy=level), OFFICIAL, None).name("proxy.example.net") == PROXY


@pytest.mark.parametrize(
    ("level", "host"),
    [
        ("http://203.0.113.7:3128", "203.0.113.7"),
        ("upper:http://203.0.113.7:3128", "203.0.113.7"),
        ("socks5h://agent:s3cret@[2001:db8::7]:1080", "2001:db8::7"),
        ("bypass:https://[2001:db8::7]:1080", "2001:db8::7"),
    ],
)
def test_a_proxy_by_its_address(level, host):
    found = assign_roles(here(proxy=proxy_factor.parse(level)), OFFICIAL, OFFICIAL.host)
    assert found.name(host) == PROXY
    assert set(found.names) == {host, OFFICIAL.host}


def test_an_endpoint_that_is_the_proxy_too_is_the_endpoint():
    levels = {"endpoint": "https://proxy.example.net", "proxy": "http://proxy.example.net:3128"}
    found = assign_roles(Environment.of(levels), OFFICIAL, OFFICIAL.host)
    assert found.name("proxy.example.net") == "api.example.com"


def seen(*requests):
    """An observation of requests, each written as ``METHOD host/path``."""
    events = [DnsQuery(0.0, "h", "A", "udp", "192.168.1.1")]
    for text in requests:
        method, _, place = text.partition(" ")
        host, _, path = place.partition("/")
        events.append(Request(0, 0.0, "1.1", "https", host, 443, method, f"/{path}", (), b"", 0))
    return Observation(tuple(events), END)


class TestDefaultHost:
    plain = seen("POST api.a.com/v1/chat", "GET stats.b.com/ping")

    def test_it_is_the_one_that_receives_what_an_endpoint_receives(self):
        moved = seen("POST m.example.net/x/chat", "GET stats.b.com/ping")
        assert learn_default_host([self.plain], [("m.example.net", moved)]) == "api.a.com"

    def test_a_query_is_no_part_of_what_is_compared(self):
        plain = seen("POST api.a.com/v1/chat?id=1/2")
        moved = seen("POST m.example.net/chat?id=3/4")
        assert learn_default_host([plain], [("m.example.net", moved)]) == "api.a.com"

    def test_a_host_that_is_contacted_anyway_is_not_it(self):
        plain = seen("POST api.a.com/chat", "POST log.b.com/chat", "POST log.b.com/chat")
        moved = seen("POST m.example.net/chat", "POST log.b.com/chat")
        assert learn_default_host([plain], [("m.example.net", moved)]) == "api.a.com"

    def test_where_only_such_a_host_answers_it_is_better_than_none(self):
        moved = seen("GET m.example.net/ping", "GET stats.b.com/other")
        assert learn_default_host([self.plain], [("m.example.net", moved)]) == "stats.b.com"

    @pytest.mark.parametrize(
        "moved",
        [[], [("m.example.net", seen())], [("m.example.net", seen("GET m.example.net/chat"))]],
        ids=["no trial", "nothing sent", "another method"],
    )
    def test_what_does_not_correspond_reveals_nothing(self, moved):
        assert learn_default_host([self.plain], moved) is None

    def test_it_does_not_depend_on_the_order_of_trials(self):
        plain = [seen("POST a.com/chat"), seen("POST b.com/chat")]
        moved = [("m.example.net", seen("POST m.example.net/chat"))]
        assert learn_default_host(plain, moved) == learn_default_host(plain[::-1], moved)
