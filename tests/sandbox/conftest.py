"""A cell whose sockets are served by a thread that answers what it received."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from lab.factors.host_spec import HostSpec
from lab.observation.records import Exit
from lab.sandbox.cell.cell import Cell
from lab.sandbox.jail.execute import run_jail
from lab.sandbox.jail.isolation_check import parse_destination, prove_isolated
from lab.sandbox.jail.jail import Jail, Limits
from lab.sandbox.jail.login_variables import add_login_variables


class Answers:
    """Answers each connection and datagram with the address that it was meant for."""

    def __init__(self, cell: Cell) -> None:
        self.sockets = cell.sockets
        self.over, self.end = socket.socketpair()
        self.thread = threading.Thread(target=self.serve)
        self.thread.start()

    def serve(self) -> None:
        tcp = [self.sockets.tcp4, self.sockets.tcp6]
        udp = [self.sockets.udp4, self.sockets.udp6]
        while True:
            ready, _, _ = select.select([*tcp, *udp, self.over], [], [])
            if self.over in ready:
                return
            for each in ready:
                if each in tcp:
                    accepted, _ = each.accept()
                    with accepted, contextlib.suppress(ConnectionError):
                        address, port = accepted.getsockname()[:2]
                        accepted.sendall(f"tcp {address} {port}".encode())
                else:
                    data, ancillary, _, source = each.recvmsg(2048, 256)
                    meant = parse_destination(ancillary)
                    assert meant is not None
                    with self.sockets.reply(*meant) as answering:
                        answering.sendto(
                            b"udp %s %d " % (meant[0].encode(), meant[1]) + data, source
                        )

    def stop(self) -> None:
        self.end.send(b"x")
        self.thread.join()
        self.end.close()
        self.over.close()


@pytest.fixture(scope="session")
def locale_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("locales")


@pytest.fixture(scope="session")
def cell() -> Iterator[Cell]:
    with Cell.open() as opened:
        prove_isolated(opened)
        answers = Answers(opened)
        try:
            yield opened
        finally:
            answers.stop()


class Runner:
    """Runs a command in a cell, on a simulated host that differs from the bare one."""

    def __init__(self, cell: Cell, locale_cache: Path) -> None:
        self.cell = cell
        self.locale_cache = locale_cache

    def __call__(
        self,
        *argv: str,
        limits: Limits | None = None,
        readable: tuple[str, ...] = (),
        mapped_folders: tuple[tuple[str, str], ...] = (),
        hidden: tuple[str, ...] = (),
        spec: HostSpec | None = None,
        between: Callable[[Exit], None] | None = None,
        **changes: object,
    ) -> Exit:
        base = spec or HostSpec(**changes)  # type: ignore[arg-type]
        settled = base.settled()
        settled = msgspec.structs.replace(settled, variables=add_login_variables(settled))
        limits = limits or Limits(wall_s=20)
        jail = Jail(settled, argv, readable, b"a certificate\n", limits, mapped_folders, hidden)
        return run_jail(self.cell, jail, self.locale_cache, between)


@pytest.fixture
def runner(locale_cache: Path) -> Callable[[Cell], Runner]:
    """To run in a cell of the test's own."""
    return lambda cell: Runner(cell, locale_cache)


@pytest.fixture
def run(cell: Cell, locale_cache: Path) -> Runner:
    return Runner(cell, locale_cache)
