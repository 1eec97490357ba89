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
from lab.observation.parts import MANNER_PARTS, MESSAGE_PARTS, ORDER_PARTS, ROUTE_PARTS

__all__ = ["RULES", "MessageChanges", "Rule", "drop_consequences", "find_rule"]

_Cause = tuple[str, ...]


class MessageChanges(msgspec.Struct, frozen=True):
    """What the causes do to whole messages, each with the cause.

    ``appearing`` are messages that one side of the pair does not send, ``recounted`` those that
    it sends in another number, and ``contacted`` the hosts of appearing HTTP requests.
    """

    appearing: frozenset[tuple[_Cause, Location]]
    recounted: frozenset[tuple[_Cause, Location]]
    contacted: frozenset[tuple[_Cause, str | None]]

    @classmethod
    def find(cls, contrasts: Sequence[ColumnContrast]) -> MessageChanges:
        """Collect the changes of whole messages among the contrasts."""
        messages = [one for one in contrasts if _is_message(one)]
        appearing = frozenset(map(_message_key, filter(is_absent_on_one_side, messages)))
        return cls(
            appearing,
            frozenset(_message_key(one) for one in messages if one.column.view == "count"),
            frozenset(
                (cause, message.host) for cause, message in appearing if message.channel == "http"
            ),
        )


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
    contacted = (one.effect.cause, location.host) in changes.contacted
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
    Rule("route-of-appearing", "the presence of the request to that host", _is_route_of_appearing),
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
