"""CPU time of the search for canaries (generated texts) in a megabyte, in every form.

The baseline looks for one form after another, as a loop over ``form in body`` does; for
single-byte XOR it tries one key after another.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import AnyStr

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

NAME = "canaries"
HELP = "CPU time of the search for twenty texts in a megabyte, in every form"
DEFAULT_TRIALS = 3
IN_ALL = True

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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare nothing: the common options are enough."""


def run(arguments: argparse.Namespace) -> Result:
    """CPU for bodies of one megabyte in which nothing stands: the longest search there is."""
    rounds: int = arguments.trials
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
        one = [_cpu_seconds(partial(_count_hits, automaton, text)) for _ in range(rounds)]
        loop = [_cpu_seconds(partial(_count_contained, forms, text))]
        figures.append(Figure.of(f"{name}: all forms", "s", one, loop))
        one = [_cpu_seconds(partial(_count_xor_hits, xors, data)) for _ in range(rounds)]
        loop = [_cpu_seconds(partial(_count_contained, keyed, data))]
        figures.append(Figure.of(f"{name}: XOR, every key", "s", one, loop))
        whole = [_cpu_seconds(partial(search.hits, text)) for _ in range(rounds)]
        figures.append(Figure.of(f"{name}: whole search", "s", whole))
    built = [_cpu_seconds(partial(TextSearch, [NEEDLES])) for _ in range(rounds)]
    figures.append(Figure.of("building the search", "s", built))
    return Result(
        "canaries",
        f"CPU of one pass over 1 MB for {len(forms)} forms of {len(NEEDLES)} texts",
        "one form after another",
        tuple(figures),
        (
            "whole search: also in another letter case, XOR, and the same within hexadecimal, "
            "base64, escapes and compressed data; the loop does not search those",
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


def _count_hits(automaton: Automaton[None], text: str) -> int:
    return sum(1 for _ in automaton.find(text))


def _count_xor_hits(automaton: Automaton[None], data: bytes) -> int:
    return sum(1 for _ in automaton.find(bytes_to_text(xor_differences(data))))


def _count_contained(forms: Sequence[AnyStr], body: AnyStr) -> int:
    return sum(1 for form in forms if form in body)


def _cpu_seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
