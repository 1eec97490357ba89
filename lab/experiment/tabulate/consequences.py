"""Rules by which a column contrast is dropped, because it only follows from another one.

Where a whole request comes or goes, its fields come and go with it, and so do the connection and
the name lookup that it needs.  ``RULES`` is the complete table; each rule has an identifier, says
which contrast stands for the dropped one, and has a test of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from lab.experiment.tabulate.pair_columns import (
    ColumnContrast,
    is_absent_on_one_side,
    is_count,
)
from lab.findings.classify import ROUTED_CHANNELS
from lab.observation.location import Location
from lab.observation.parts import (
    MANNER_PARTS,
    MESSAGE_PARTS,
    ORDER_PARTS,
    ROUTE_PARTS,
    MessagePart,
)

__all__ = ["RULES", "MessageChanges", "Rule", "drop_consequences", "find_rule"]

_Cause = tuple[str, ...]


class MessageChanges(msgspec.Struct, frozen=True):
    """What the causes do to whole messages, each with the cause.

    ``appearing`` are messages that one side of the pair does not send, ``recounted`` those that
    it sends in another number.  ``contacted`` are the hosts to which one side sends nothing of a
    channel, each with the rank of the channel: a request needs a connection, and that needs a
    lookup.
    """

    appearing: frozenset[tuple[_Cause, Location]]
    recounted: frozenset[tuple[_Cause, Location]]
    contacted: frozenset[tuple[_Cause, str | None, int]]

    @classmethod
    def find(cls, contrasts: Sequence[ColumnContrast]) -> MessageChanges:
        """Collect the changes of whole messages among the contrasts."""
        messages = [one for one in contrasts if _is_message(one)]
        appearing = frozenset(map(_message_key, filter(is_absent_on_one_side, messages)))
        return cls(
            appearing,
            frozenset(_message_key(one) for one in messages if one.column.view == "count"),
            frozenset(
                (one.effect.cause, one.column.location.host, rank)
                for one in contrasts
                if is_absent_on_one_side(one) and (rank := _rank(one.column.location))
            ),
        )


def _rank(location: Location) -> int:
    """How much below a location implies: 0 for lookups, handshakes and routes."""
    if location.channel in ("http", "websocket"):
        return 2 if location.part in MESSAGE_PARTS else 0
    return 1 if location.channel in ("tcp", "udp") and location.part == MessagePart.DATA else 0


class Rule(msgspec.Struct, frozen=True):
    """One rule: contrasts to which it ``applies`` are dropped in favour of ``kept``."""

    id: str
    kept: str
    applies: Callable[[ColumnContrast, MessageChanges], bool]


def _is_message(one: ColumnContrast) -> bool:
    return one.column.location.part in MESSAGE_PARTS


def _message_key(one: ColumnContrast) -> tuple[_Cause, Location]:
    return one.effect.cause, one.column.location.message


def _has_equal_sides(one: ColumnContrast, _: MessageChanges) -> bool:
    return one.left == one.right


def _is_manner_of_absent(one: ColumnContrast, _: MessageChanges) -> bool:
    manner = one.column.location.part in (*ORDER_PARTS, *MANNER_PARTS)
    return manner and is_absent_on_one_side(one)


def _is_count_in_recounted(one: ColumnContrast, changes: MessageChanges) -> bool:
    return is_count(one) and not _is_message(one) and _message_key(one) in changes.recounted


def _is_route_of_appearing(one: ColumnContrast, changes: MessageChanges) -> bool:
    location = one.column.location
    lower = location.channel in ROUTED_CHANNELS or location.part in ROUTE_PARTS
    contacted = any(
        (one.effect.cause, location.host, rank) in changes.contacted
        for rank in range(_rank(location) + 1, 3)
    )
    return lower and contacted and is_absent_on_one_side(one)


def _is_part_of_appearing(one: ColumnContrast, changes: MessageChanges) -> bool:
    comes_and_goes = one.left is None or one.right is None or is_count(one)
    return comes_and_goes and not _is_message(one) and _message_key(one) in changes.appearing


RULES = (
    Rule("equal-sides", "no contrast: both sides of the pair send the same", _has_equal_sides),
    Rule(
        "manner-of-absent",
        "the presence of the names or the text whose order or manner this is",
        _is_manner_of_absent,
    ),
    Rule(
        "count-in-recounted", "the number of the messages that contain it", _is_count_in_recounted
    ),
    Rule(
        "route-of-appearing",
        "the presence of what is sent to that host: a request, or data of no known protocol",
        _is_route_of_appearing,
    ),
    Rule(
        "part-of-appearing", "the presence of the message that contains it", _is_part_of_appearing
    ),
)
"""All rules; a contrast is dropped where any of them applies."""


def find_rule(contrast: ColumnContrast, changes: MessageChanges) -> Rule | None:
    """Return the first rule that drops a contrast; None if it stands for itself."""
    return next((rule for rule in RULES if rule.applies(contrast, changes)), None)


def drop_consequences(contrasts: Sequence[ColumnContrast]) -> list[ColumnContrast]:
    """Return the contrasts that do not merely follow from others."""
    changes = MessageChanges.find(contrasts)
    return [one for one in contrasts if find_rule(one, changes) is None]
