"""``python -m bench``: all benchmarks, or one."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.figures import Result, describe_machine, encode_results, format_result
from lab.errors import LabError, UsageError

_APART = ("detection", "nulls")
"""Of what the lab finds: they take long, so ``all`` has them not, and arguments of their own."""


def main(words: Sequence[str]) -> int:
    """0; 2 where the call is wrong, 4 where something is missing or broke."""
    if words and words[0] in _APART:
        return _apart(words[0], words[1:])
    before, dashes, program = _split(words)
    arguments = _parser().parse_args(before)
    client: tuple[str, ...] | None = None
    if dashes:
        client = ("--", *program)
    elif arguments.client is not None:
        client = (arguments.client,)
    results = []
    try:
        for benchmark in _chosen(arguments, client):
            result = benchmark()
            results.append(result)
            if not arguments.json:
                print(format_result(result), end="\n\n", flush=True)
    except LabError as wrong:
        print(f"bench: {wrong}", file=sys.stderr)
        return wrong.exit_code
    if not arguments.json:
        print(describe_machine())
    else:
        print(encode_results(results).decode())
    return 0


def _apart(name: str, words: Sequence[str]) -> int:
    """Run a benchmark with arguments of its own."""
    from bench import nulls
    from bench.detection import command as detection

    mains = {"detection": detection.main, "nulls": nulls.main}
    try:
        return mains[name](words)
    except LabError as wrong:
        print(f"bench: {wrong}", file=sys.stderr)
        return wrong.exit_code
    except KeyboardInterrupt:
        print("bench: stopped; with --home DIR the same words go on from there", file=sys.stderr)
        return 130


def _split(words: Sequence[str]) -> tuple[Sequence[str], bool, Sequence[str]]:
    if "--" not in words:
        return words, False, ()
    at = list(words).index("--")
    return words[:at], True, words[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=__doc__,
        epilog="What the lab finds, instead of what it costs, take arguments of their own and are "
        "not of all: python -m bench detection --help, python -m bench nulls --help.",
    )
    parser.add_argument(
        "benchmark", nargs="?", default="all", help="which one (default: all)",
        choices=["all", "overhead", "cell", "internet", "analysis", "separation", "canaries",
                 "twin"],
    )  # fmt: skip
    parser.add_argument(
        "client", nargs="?", metavar="CLIENT",
        help="for overhead: NAME, NAME@VERSION, ./profile.toml, or -- PROGRAM ARG… "
        "(default: a specimen that sends two requests)",
    )  # fmt: skip
    parser.add_argument(
        "--trials",
        type=_number,
        default=15,
        metavar="N",
        help="rounds of each side (default: 15; at most: internet, twin 8, canaries 5, analysis 3)",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")
    parser.add_argument(
        "--home",
        type=Path,
        default=Path(".lab"),
        metavar="DIR",
        help="where clients and the certificate authority are kept (default: .lab)",
    )
    return parser


def _number(word: str) -> int:
    if not word.isdigit() or not 0 < int(word) <= 10_000:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to 10000")
    return int(word)


def _chosen(
    arguments: argparse.Namespace, client: tuple[str, ...] | None
) -> list[Callable[[], Result]]:
    # Imported here, so that --help is fast.
    from bench.analysis import analysis
    from bench.canaries import canaries
    from bench.cell import cell
    from bench.internet import internet
    from bench.overhead import DEFAULT_CLIENT, overhead
    from bench.separation import separation
    from bench.twin import twin

    trials: int = arguments.trials
    every: dict[str, Callable[[], Result]] = {
        "overhead": lambda: overhead(client or DEFAULT_CLIENT, trials, arguments.home),
        "cell": lambda: cell(trials),
        "internet": lambda: internet(min(trials, 8)),
        "analysis": lambda: analysis(min(trials, 3)),
        "separation": lambda: separation(trials),
        "canaries": lambda: canaries(min(trials, 5)),
        "twin": lambda: twin(min(trials, 8), arguments.home),
    }
    if client is not None and arguments.benchmark not in ("overhead", "all"):
        raise UsageError(f"the benchmark {arguments.benchmark!r} takes no client; leave it out")
    return [run for name, run in every.items() if arguments.benchmark in (name, "all")]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
