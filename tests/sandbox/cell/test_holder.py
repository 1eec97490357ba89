"""The holder's requests and answers, without the namespaces in which it runs."""

from __future__ import annotations

import os
import socket
import threading
from types import SimpleNamespace

import pytest

from lab.sandbox.cell import holder
from lab.sandbox.cell.holder import Holder


@pytest.fixture
def calls(monkeypatch):
    """What the holder would do, by name."""
    made = []

    def note(name, result=None):
        return lambda *words: made.append((name, *words)) or result

    for name in ("mount_folders", "unmount_tree"):
        monkeypatch.setattr(holder, name, note(name))
    monkeypatch.setattr(holder, "mount_tree", note("mount_tree", 7))
    monkeypatch.setattr(holder, "reap", note("reap", "ok 1.5 0"))
    return made


@pytest.fixture
def held(calls):
    network = SimpleNamespace(
        replace_network=lambda *words: calls.append(("replace_network", *words)),
        inspect=lambda: 9,
    )
    return Holder(None, None, "bwrap", network)


def file(content: bytes) -> int:
    descriptor = os.memfd_create("request")
    os.write(descriptor, content)
    os.lseek(descriptor, 0, os.SEEK_SET)
    return descriptor


def test_a_tree_replaces_the_one_before(held, calls):
    assert held.answer(["tree", "10"], []) == ("ok", [7])
    held.answer(["tree", "20"], [])
    assert calls == [("mount_tree", 10), ("unmount_tree",), ("mount_tree", 20)]


def test_a_tree_that_failed_is_not_unmounted(held, calls, monkeypatch):
    def fail(size):
        raise OSError("no memory")

    with monkeypatch.context() as during:
        during.setattr(holder, "mount_tree", fail)
        with pytest.raises(OSError, match="no memory"):
            held.answer(["tree", "10"], [])
    held.answer(["tree", "20"], [])
    assert calls == [("mount_tree", 20)]


def test_folders_end_in_nul(held, calls):
    received = file(b"/a b\0/c\0")
    assert held.answer(["folders"], [received]) == ("ok", [])
    assert calls == [("mount_folders", ["/a b", "/c"])]
    os.close(received)


def test_a_network_has_three_parts_and_the_message_may_hold_nul(held, calls):
    received = file(b"eth0 tun0\0link add\n\0\x01\0\x02")
    assert held.answer(["network"], [received]) == ("ok", [])
    assert calls == [("replace_network", ["eth0", "tun0"], "link add\n", b"\x01\0\x02")]
    os.close(received)


def test_other_answers(held):
    assert held.answer(["reap"], []) == ("ok 1.5 0", [])
    assert held.answer(["inspect"], []) == ("ok", [9])
    with pytest.raises(OSError, match="unknown request nonsense"):
        held.answer(["nonsense"], [])


def test_it_serves_until_a_socket_closes_and_reports_failures(held):
    replies, far_replies = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    trials, far_trials = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    held.replies, held.trials = far_replies, far_trials
    serving = threading.Thread(target=held.serve)
    serving.start()
    trials.send(b"reap")
    assert trials.recv(100) == b"ok 1.5 0"
    replies.send(b"nonsense")
    assert replies.recv(100) == b"error unknown request nonsense"
    trials.close()
    serving.join(10)
    assert not serving.is_alive()
    for each in (replies, far_replies, far_trials):
        each.close()
