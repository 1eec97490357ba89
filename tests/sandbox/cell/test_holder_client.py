"""Requests to the holder: answers, refusals, and a holder that has ended."""

from __future__ import annotations

import os
import socket

import pytest

from lab.errors import LabError
from lab.sandbox.cell.holder_client import HolderClient


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ours.settimeout(0.2)
    with theirs:
        client = HolderClient(ours)
        yield client, theirs
        client.close()


def test_the_words_after_ok_and_the_descriptors_are_returned(ends):
    client, holder = ends
    reading, writing = os.pipe()
    socket.send_fds(holder, [b"ok 1.5 0"], [reading])
    words, [received] = client.request("reap")
    assert words == ["1.5", "0"]
    assert holder.recv(100) == b"reap"
    os.write(writing, b"x")
    assert os.read(received, 1) == b"x"
    for each in (reading, writing, received):
        os.close(each)


def test_a_refusal_is_an_error_with_the_holders_message(ends):
    client, holder = ends
    holder.send(b"error mount tmpfs on /sys: not permitted")
    with pytest.raises(LabError, match="mount tmpfs on /sys: not permitted"):
        client.request("tree 1")


def test_a_holder_that_ended_is_an_error(ends):
    client, holder = ends
    holder.close()
    with pytest.raises(LabError, match=r"it is closed|the cell ended"):
        client.request("reap")


def test_after_a_missing_answer_no_later_one_is_taken_for_it(ends):
    client, holder = ends
    with pytest.raises(LabError, match="does not answer"):
        client.request("reap")
    with pytest.raises(OSError, match="Broken pipe"):
        holder.send(b"ok late")
    with pytest.raises(LabError, match="does not answer"):
        client.request("inspect")
