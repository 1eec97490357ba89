"""Draw what a terminal shows, as a picture that looks the same everywhere.

Usage: ``python docs/picture.py AUDIT/report.json docs/audit.svg`` for the top of a finished
audit's report; ``python -m pytest --color=yes … | python docs/picture.py - docs/failure.svg
TITLE`` for whatever is written there.
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
FINDINGS = 2
TITLE = "lab audit claude-code@2.1.112 --factors timezone,locale,endpoint,proxy,hostname"


def render_top(source: Path) -> str:
    """The first findings of a report, as the terminal shows them."""
    shown = Console(
        file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="standard", markup=False
    )
    report = decode(source.read_bytes())
    write(report, shown, ["claude-code@2.1.112"], ran=report.trials)
    lines = shown.file.getvalue().splitlines()
    plain = [Text.from_ansi(line).plain for line in lines]
    end = next(n for n, line in enumerate(plain) if line.startswith(f"{FINDINGS + 1} "))
    return "\n".join(lines[:end])


def draw_svg(text: str, title: str, name: str) -> str:
    """The picture (SVG) of a text with terminal colours."""
    drawn = Console(file=io.StringIO(), width=WIDTH, record=True, markup=False, highlight=False)
    drawn.print(Text.from_ansi(text))
    picture = drawn.export_svg(title=title, theme=MONOKAI, unique_id=name)
    # No font is fetched: the picture must look the same where nothing can be reached.
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    picture = re.sub(r"font-family: [^;]+;", "font-family: ui-monospace, monospace;", picture)
    picture = re.sub(r" *<!--.*?-->\n", "", picture)
    return re.sub(r"[ \t]+$", "", picture, flags=re.MULTILINE)


source, target, *words = sys.argv[1:]
shown = sys.stdin.read() if source == "-" else render_top(Path(source))
title = " ".join(words) or TITLE
Path(target).write_text(draw_svg(shown.rstrip(), title, Path(target).stem))
