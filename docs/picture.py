"""Draw what a terminal shows, as a picture that looks the same everywhere.

Usage: ``python docs/picture.py docs/runs/claude-code.json docs/audit.svg`` for the top of the
report of a kept run; ``python -m pytest --color=yes … | python docs/picture.py - docs/failure.svg
TITLE`` for any other output.

``docs/runs`` holds the reports (``report.json``) of the runs that pages and pictures show.
``tests/test_kept_runs.py`` compares the numbers of the pages with them.
"""

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from lab.findings.report_json import decode
from lab.reports.terminal.audit import write

WIDTH = 92
SIGNALS = 2
"""Signals of a report that a picture shows."""


def render_top(source: Path) -> str:
    """The first signals of a report, as the terminal shows them."""
    report = decode(source.read_bytes())
    console = Console(
        file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="standard", markup=False
    )
    write(report, console, [f"{report.client.name}@{report.client.version}"], ran=report.trials)
    lines = console.file.getvalue().splitlines()
    texts = [Text.from_ansi(line).plain for line in lines]
    end = next((n for n, line in enumerate(texts) if line.startswith(f"{SIGNALS + 1} ")), None)
    return "\n".join(lines[:end])


def make_title(source: Path) -> str:
    """The command that made a kept run."""
    report = decode(source.read_bytes())
    factors = ",".join(facts.name for facts in report.factors)
    return f"lab audit {report.client.name}@{report.client.version} --factors {factors}"


def draw_svg(text: str, title: str, name: str) -> str:
    """Draw a text with terminal colours.

    Args:
        text: with ANSI escape sequences.
        title: of the window.
        name: a prefix of all names in the picture.

    Returns:
        The picture (SVG).
    """
    console = Console(file=io.StringIO(), width=WIDTH, record=True, markup=False, highlight=False)
    console.print(Text.from_ansi(text))
    picture = console.export_svg(title=title, theme=MONOKAI, unique_id=name)
    # No font is fetched: the picture must look the same without a network.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    picture = re.sub(r"font-family: [^;]+;", "font-family: ui-monospace, monospace;", picture)
    picture = re.sub(r" *<!--.*?-->\n", "", picture)
    return re.sub(r"[ \t]+$", "", picture, flags=re.MULTILINE)


def main(source: str, target: str, *words: str) -> None:
    """Draw ``source`` (a report, or ``-`` for stdin) into the file ``target``."""
    if source == "-":
        text, title = sys.stdin.read(), " ".join(words)
    else:
        text, title = render_top(Path(source)), " ".join(words) or make_title(Path(source))
    picture = draw_svg(text.rstrip(), title, Path(target).stem)
    Path(target).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
