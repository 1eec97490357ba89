"""Draw the top of a finished audit's report, as it looks in a terminal: ``audit.svg``.

Usage: ``python docs/picture.py AUDIT/report.json docs/audit.svg``
"""

import io
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from lab.findings.encode import decode
from lab.reports.terminal import write

WIDTH = 92
FINDINGS = 2
TITLE = "lab audit claude-code@2.1.112 --factors timezone,locale,endpoint,proxy,hostname"

source, target = map(Path, sys.argv[1:])
shown = Console(
    file=io.StringIO(), width=WIDTH, force_terminal=True, color_system="standard", markup=False
)
report = decode(source.read_bytes())
write(report, shown, ["claude-code@2.1.112"], ran=report.trials)
lines = shown.file.getvalue().splitlines()
plain = [Text.from_ansi(line).plain for line in lines]
end = next(n for n, line in enumerate(plain) if line.startswith(f"{FINDINGS + 1} "))
drawn = Console(file=io.StringIO(), width=WIDTH, record=True, markup=False, highlight=False)
drawn.print(Text.from_ansi("\n".join(lines[:end])))
picture = drawn.export_svg(title=TITLE, theme=MONOKAI, unique_id="audit")
# No font is fetched: the picture must look the same where nothing can be reached.
picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
picture = re.sub(r"font-family: [^;]+;", "font-family: ui-monospace, monospace;", picture)
picture = re.sub(r" *<!--.*?-->\n", "", picture)
target.write_text(re.sub(r"[ \t]+$", "", picture, flags=re.MULTILINE))
