"""The three kinds of failure, by their origin: the call, the machine or the client.

Every message is one line: what happened, why it matters and what to do.
A failure of the *client* during a trial is not an exception: it is an outcome
(:class:`lab.observation.records.Exit`), because a client that crashes is a measurement.
"""

from __future__ import annotations

__all__ = ["ClientError", "LabError", "MachineError", "UsageError"]


class LabError(Exception):
    """The lab itself failed, or was asked for something impossible."""

    exit_code = 4


class UsageError(LabError):
    """The call is wrong: an unknown client, factor, level or option."""

    exit_code = 2


class MachineError(LabError):
    """Something is missing on this machine; the message names it and how to get it."""

    exit_code = 4


class ClientError(LabError):
    """The client cannot be run at all: not installed, not executable, broken profile."""

    exit_code = 4
