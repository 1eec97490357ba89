"""Subjects whose client is a function, so that the reasoning is tested on thousands of trials.

Behaviours are noisy on purpose; :func:`planted` adds something that depends on the host name.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable
from contextlib import nullcontext
from itertools import count

from lab.memory_store import MemoryStore
from lab.observation.records import Request
from lab.testing.subject import Subject
from tests.experiment.model import CLIENT, Behaviour, Levels, ModelExecutor, request

_COUNTER = count()
_WORDS = tuple(f"word{number}" for number in range(60))


def subject_of(behaviour: Behaviour | ModelExecutor, seed: int = 0) -> Subject:
    """A subject that behaves like this."""
    if not isinstance(behaviour, ModelExecutor):
        behaviour = ModelExecutor(behaviour, seed)
    store = MemoryStore()
    return Subject(
        CLIENT,
        ("model",),
        lambda: store,
        lambda: nullcontext(behaviour),
        unmeasurable={},
        seed=seed,
    )


def quiet(levels: Levels, chance: random.Random) -> list[Request]:
    return [request({"greeting": "hello there"})]


def identifiers(levels: Levels, chance: random.Random) -> list[Request]:
    session = str(uuid.UUID(int=chance.getrandbits(128)))
    return [request({"session": session, "at": 1_700_000_000 + 100 * chance.random()})]


def counter(levels: Levels, chance: random.Random) -> list[Request]:
    number = next(_COUNTER)
    return [request({"n": number, "parity": number % 2, "phase": number // 17 % 2})]


def sampled(levels: Levels, chance: random.Random) -> list[Request]:
    sent = [request({"greeting": "hello"})]
    if chance.random() < 0.3:
        sent.append(request({"event": "seen", "way": chance.choice("xy")}, path="/event"))
    return sent


def jittering(levels: Levels, chance: random.Random) -> list[Request]:
    members = [(f"key{number}", number) for number in range(8)]
    chance.shuffle(members)
    sent = [request(dict(members), path=path) for path in ("/a", "/b", "/c")]
    chance.shuffle(sent)
    return sent


def words(levels: Levels, chance: random.Random) -> list[Request]:
    return [request({"text": " ".join(word for word in _WORDS if chance.random() < 0.5)})]


def coins(levels: Levels, chance: random.Random) -> list[Request]:
    return [request({f"coin{number}": chance.randint(0, 1) for number in range(60)})]


NOISY = (identifiers, counter, sampled, jittering, words, coins)


def planted(behaviour: Behaviour, how: str) -> Behaviour:
    """The behaviour, and something that follows the host name."""

    def behave(levels: Levels, chance: random.Random) -> list[Request]:
        host = levels["hostname"]
        sent = [_WAYS[how](one, host) for one in behaviour(levels, chance)]
        extra = how == "presence" and host.endswith("b")
        return [*sent, request({"extra": 1}, path="/extra")] if extra else sent

    return behave


def _field(sent: Request, host: str) -> Request:
    return request({**json.loads(sent.body), "host": host}, path=sent.target)


def _within(sent: Request, host: str) -> Request:
    body = json.loads(sent.body)
    first = min(body)
    return request({**body, first: f"{body[first]} on {host}"}, path=sent.target)


def _header(sent: Request, host: str) -> Request:
    return request(json.loads(sent.body), path=sent.target, headers=[("X-Host", host)])


_WAYS: dict[str, Callable[[Request, str], Request]] = {
    "field": _field,
    "within": _within,
    "header": _header,
    "presence": lambda sent, host: sent,
}
WAYS = tuple(_WAYS)
