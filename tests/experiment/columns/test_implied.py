from lab.experiment.columns.extract import extract_feature_columns
from lab.experiment.columns.implied import find_implied_locations
from lab.observation.location import Location
from lab.observation.parts import MessagePart

REQUEST = Location("http", "api.example", "GET", "/", MessagePart.REQUEST)
HELLO = Location("tls", "api.example", part=MessagePart.ALPN)
LOOKUP = Location("dns", "other.example", part=MessagePart.QUERY)


def test_a_handshake_beside_each_request_is_implied():
    assert find_implied_locations([{REQUEST: ("sent",), HELLO: ("h2",)}, {}]) == {HELLO}


def test_what_occurs_without_a_request_is_not():
    trials = [{REQUEST: ("sent",), HELLO: ("h2",)}, {HELLO: ("h2",)}]
    assert not find_implied_locations(trials)
    assert not find_implied_locations([{REQUEST: ("sent",), LOOKUP: ("A",)}, {}])


def test_an_implied_handshake_is_compared_where_it_occurs():
    usual, other, without = (
        {REQUEST: ("sent",), HELLO: ("h2",)},
        {REQUEST: ("sent",), HELLO: ("http/1.1",)},
        {REQUEST: ("sent",)},
    )
    columns, noise = extract_feature_columns(
        [usual, usual, other, other, without, without], [0, 0, 1, 1, 2, 2]
    )
    assert [column.location for column in columns] == [HELLO]
    assert columns[0].values == ("h2", "h2", "http/1.1", "http/1.1", None, None)
    assert not noise
