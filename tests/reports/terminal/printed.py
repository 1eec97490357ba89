"""What the terminal report prints of a report."""

import io

from lab.reports.terminal.audit import make_console, write


def print_report(report, width=80, typed=(), **more) -> str:
    stream = io.StringIO()
    write(report, make_console(stream, width), typed, **more)
    return stream.getvalue()


def blocks(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]
