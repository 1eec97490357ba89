"""A trial to run, and the number under which the store keeps it.

The store knows a trial by client, environment and *replicate number*, one integer.
:func:`encode_replicate` derives that integer from the fields of a planned trial and
:func:`decode_replicate` reverses it; nothing else reads or writes these numbers, and audits that
were stored earlier resume, because the format is the same:

- exploration: the number is the replicate, 0 to 999;
- confirmation: 1000 x (1 + block) + 100 x round + replicate.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from lab.environment import Environment

__all__ = ["PlannedTrial", "Purpose", "decode_replicate", "encode_replicate"]

_BLOCK_SIZE = 1000
_ROUND_SIZE = 100


class Purpose(Enum):
    """What a trial is used for.

    The two are kept apart because they have to be: a hypothesis is tested on trials that did not
    suggest it.  All trials that suggest hypotheses (calibration, mining, search, screening,
    isolation, sweep) have one purpose, because any of these phases may use a trial of another;
    the phase that ran a trial is recorded in the store.
    """

    EXPLORATION = "exploration"
    CONFIRMATION = "confirmation"


class PlannedTrial(msgspec.Struct, frozen=True):
    """A trial to run: which environment, what for, and which of the replicates.

    Attributes:
        environment: The level of every factor.
        replicate: The number of the replicate, from 0, within its purpose, block and round.
        purpose: Whether the trial suggests hypotheses or tests them.
        block: For confirmation, the block of trials that are compared with one another.
        round: For confirmation, the round of the block; a round runs in random order.
    """

    environment: Environment
    replicate: int = 0
    purpose: Purpose = Purpose.EXPLORATION
    block: int = 0
    round: int = 0

    @property
    def is_confirmation(self) -> bool:
        """Whether the trial tests hypotheses."""
        return self.purpose is Purpose.CONFIRMATION

    @property
    def is_repetition(self) -> bool:
        """Whether the trial is anything but the first exploration of its environment."""
        return self.is_confirmation or self.replicate > 0


def encode_replicate(trial: PlannedTrial) -> int:
    """The replicate number under which the store keeps a trial.

    Raises:
        ValueError: If a field is outside the range that the number has room for.
    """
    if not trial.is_confirmation:
        if trial.block or trial.round or not 0 <= trial.replicate < _BLOCK_SIZE:
            raise ValueError(f"an exploration has replicates 0 to 999 and no block: {trial}")
        return trial.replicate
    rounds = _BLOCK_SIZE // _ROUND_SIZE
    in_range = 0 <= trial.round < rounds and 0 <= trial.replicate < _ROUND_SIZE
    if trial.block < 0 or not in_range:
        raise ValueError(f"a confirmation has rounds 0 to 9 and replicates 0 to 99: {trial}")
    return _BLOCK_SIZE * (1 + trial.block) + _ROUND_SIZE * trial.round + trial.replicate


def decode_replicate(environment: Environment, number: int) -> PlannedTrial:
    """The planned trial of a replicate number of the store.

    Raises:
        ValueError: If the number is negative.
    """
    if number < 0:
        raise ValueError(f"a replicate number is 0 or more, not {number}")
    block, rest = divmod(number, _BLOCK_SIZE)
    if not block:
        return PlannedTrial(environment, number)
    round_, replicate = divmod(rest, _ROUND_SIZE)
    return PlannedTrial(environment, replicate, Purpose.CONFIRMATION, block - 1, round_)
