from lab.observation.location import Location
from lab.observation.moved_texts import follow_moved_texts
from lab.observation.parts import MessagePart

MESSAGE = Location("http", "api.example", "POST", "/v1")
SYSTEM = MESSAGE.with_part(MessagePart.BODY, "/system/*/text")
USER = MESSAGE.with_part(MessagePart.BODY, "/messages/*/text")
PLACED = MESSAGE.with_part(MessagePart.PLACEMENT, "/system/*/text")

RULES = "You are careful and you never write what was not measured by anybody."
HELLO = "Say hello to the person in front of the machine, politely and shortly."


def block(zone):
    return f"Here is what the machine says of itself: the zone is {zone} and the shell is bash."


def test_a_moved_text_is_compared_where_it_stands_usually():
    usual = {SYSTEM: (RULES, block("UTC")), USER: (HELLO,)}
    moved = {SYSTEM: (RULES,), USER: (block("Asia/Tokyo"), HELLO)}
    other = {SYSTEM: (RULES, block("Asia/Tokyo")), USER: (HELLO,)}
    assert follow_moved_texts([usual, moved, other]) == [
        usual | {PLACED: ("/system/*/text",)},
        {SYSTEM: (RULES, block("Asia/Tokyo")), USER: (HELLO,), PLACED: ("/messages/*/text",)},
        other | {PLACED: ("/system/*/text",)},
    ]


def test_a_location_of_its_own_is_followed():
    context = MESSAGE.with_part(MessagePart.BODY, "/context")
    found = follow_moved_texts(
        [{SYSTEM: (block("UTC"),), USER: (HELLO,)}, {context: (block("UTC"),), USER: (HELLO,)}]
    )
    assert found[1] == {SYSTEM: (block("UTC"),), USER: (HELLO,), PLACED: ("/context",)}


def test_a_text_that_only_changed_stays():
    trials = [{SYSTEM: (RULES, block("UTC"))}, {SYSTEM: (RULES, block("Asia/Tokyo"))}]
    assert follow_moved_texts(trials) == trials


def test_a_text_that_is_gone_is_not_followed():
    trials = [{SYSTEM: (RULES, block("UTC")), USER: (HELLO,)}, {SYSTEM: (RULES,), USER: (HELLO,)}]
    assert follow_moved_texts(trials) == trials


def test_of_two_texts_that_fit_equally_none_is_followed():
    first, second = (MESSAGE.with_part(MessagePart.BODY, name) for name in ("/a", "/b"))
    trials = [{SYSTEM: (RULES,)}, {first: (RULES,), second: (RULES,)}]
    assert follow_moved_texts(trials) == trials


def test_short_texts_and_other_messages_are_no_blocks():
    elsewhere = Location("http", "log.example", "POST", "/v1").with_part(MessagePart.BODY, "/text")
    trials = [{SYSTEM: ("UTC",), USER: (RULES,)}, {USER: ("UTC",), elsewhere: (RULES,)}]
    assert follow_moved_texts(trials) == trials


def test_without_trials_there_is_nothing():
    assert follow_moved_texts([]) == []
