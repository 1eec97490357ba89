"""``lab.observe``: what a client or a callable sends in an environment.

Subjects that a test names itself are opened once, and stay open for the tests that follow.
"""

from __future__ import annotations

import atexit
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from lab.clients.profile import Client
from lab.environment import Environment
from lab.testing import current_subject
from lab.testing.observed import Observed
from lab.testing.subject import Subject

__all__ = ["observe"]

_MAX_OPEN = 8
"""How many subjects stay open.  The others open again when they are used."""

_open_subjects: OrderedDict[Hashable, Subject] = OrderedDict()


def observe(
    environment: Environment,
    client: str | Sequence[str] | Client | Callable[[], object] | Subject | None = None,
) -> Observed:
    """What a client sends in an environment.  No trial runs before a result is needed.

    ``client`` is CLIENT as on the command line (``"codex"``, ``"./mine.toml"``,
    ``"-- /usr/bin/python3 /abs/probe.py"``), the words of a command, a Python callable
    without arguments, or a :class:`Subject`; left out, it is what ``--lab-client`` names.
    A callable runs in the test process, in the lab's twin; everything else in its cells.

    >>> import urllib.request
    >>> def probe():
    ...     import time
    ...     urllib.request.urlopen(f"https://collect.example/start?zone={time.tzname[0]}")
    >>> seen = lab.observe(lab.control(timezone="Asia/Tokyo"), probe)
    >>> seen.hosts
    ('collect.example',)
    >>> seen.sends("JST")
    True

    UsageError where nothing has that name or no client is named, ClientError where it cannot
    be run.
    """
    if client is None:
        return current_subject.get_subject().observe(environment)
    if isinstance(client, Subject):
        return client.observe(environment)
    return _open_subject(client).observe(environment)


def _open_subject(client: str | Sequence[str] | Client | Callable[[], object]) -> Subject:
    key: Hashable = client if isinstance(client, str) else None
    if callable(client):
        # An unhashable callable is keyed by its id; the open subject keeps the callable alive.
        key = client if isinstance(client, Hashable) else (id(client), type(client))
    elif isinstance(client, Client):
        key = client.digest
    elif key is None:
        key = tuple(client)
    subject = _open_subjects.pop(key, None)
    if subject is None:
        subject = Subject.open(client)
    _open_subjects[key] = subject
    for older in list(_open_subjects.values())[:-_MAX_OPEN]:
        older.close()
    return subject


@atexit.register
def _close_all() -> None:
    for subject in _open_subjects.values():
        subject.close()
