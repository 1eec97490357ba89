"""How long it takes to find made-up texts in a megabyte, in every form.

The baseline looks for one form after another, as a loop over ``form in body`` does; for
single-byte XOR it tries one key after another.
"""

from __future__ import annotations

import base64
import json
import random
import time
from collections.abc import Callable

from bench.figures import Figure, Result
from lab.findings.encodings.aho_corasick import (
    Automaton,
    bytes_to_text,
    text_to_bytes,
    xor_differences,
)
from lab.findings.encodings.digest_forms import build_digests
from lab.findings.encodings.forms import build_forms, build_xor_form
from lab.findings.encodings.search import TextSearch

SIZE = 1_000_000
NEEDLES = tuple(
    f"{name}-{number:04}.{rest}"
    for number, (name, rest) in enumerate(
        (name, rest)
        for name in ("build-box", "wren", "atlas", "ember", "kestrel")
        for rest in ("corp.example", "lab.example", "home/notes", "org/tool")
    )
)
"""Twenty texts, about as many as the canaries of an audit have."""


def canaries(rounds: int) -> Result:
    """CPU for bodies of one megabyte in which nothing stands: the longest search there is."""
    forms = [form.text for needle in NEEDLES for form in build_forms(needle)]
    forms += [item.start for needle in NEEDLES for item in build_digests(needle)]
    forms = sorted({*forms, *NEEDLES})
    automaton = Automaton((form, None) for form in forms)
    xors = Automaton((form.text, None) for needle in NEEDLES if (form := build_xor_form(needle)))
    keyed = [
        bytes(byte ^ key for byte in text_to_bytes(needle))
        for needle in NEEDLES
        for key in range(256)
    ]
    search = TextSearch([NEEDLES])
    figures = []
    for name, text in _make_bodies().items():
        data = text.encode("latin-1")
        one = [_cpu_seconds(lambda text=text: list(automaton.find(text))) for _ in range(rounds)]
        loop = [_cpu_seconds(lambda text=text: [f for f in forms if f in text])]
        figures.append(Figure.of(f"{name}: all forms", "s", one, loop))
        one = [
            _cpu_seconds(lambda data=data: list(xors.find(bytes_to_text(xor_differences(data)))))
            for _ in range(rounds)
        ]
        loop = [_cpu_seconds(lambda data=data: [k for k in keyed if k in data])]
        figures.append(Figure.of(f"{name}: XOR, every key", "s", one, loop))
        whole = [_cpu_seconds(lambda text=text: search.hits(text)) for _ in range(rounds)]
        figures.append(Figure.of(f"{name}: with all undone", "s", whole))
    built = [_cpu_seconds(lambda: TextSearch([NEEDLES])) for _ in range(rounds)]
    figures.append(Figure.of("building the search", "s", built))
    return Result(
        "canaries",
        f"CPU of one pass over 1 MB for {len(forms)} forms of {len(NEEDLES)} texts",
        "one form after another",
        tuple(figures),
        (
            "with all undone: also another letter case, XOR, and the same within hexadecimal, "
            "base64, escapes and compressed data; the loop does not look there",
        ),
    )


def _make_bodies() -> dict[str, str]:
    chance = random.Random(20261120)
    events = "".join(
        json.dumps({"event": "tool", "id": f"{chance.getrandbits(64):016x}", "n": number}) + "\n"
        for number in range(SIZE // 54)
    )
    words = ("list", "the", "files", "in", "this", "folder", "and", "say", "which", "are", "tests")
    return {
        "JSON": events[:SIZE],
        "prose": " ".join(chance.choices(words, k=SIZE // 4))[:SIZE],
        "hexadecimal": chance.randbytes(SIZE // 2).hex(),
        "base64": base64.b64encode(chance.randbytes(SIZE * 3 // 4)).decode(),
    }


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
