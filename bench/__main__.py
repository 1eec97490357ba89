"""``python -m bench [NAME] [OPTION…]``: one benchmark, or all that measure cost."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.figures import Document, Result, describe_machine, encode_results, format_result
from bench.registry import Benchmark, find_benchmarks
from lab.errors import LabError, UsageError

INTERRUPTED = 130
"""128 + SIGINT, as a shell reports it."""
MAX_TRIALS = 10_000


def main(words: Sequence[str]) -> int:
    """Run benchmarks.

    Args:
        words: the command line, without the name of the program.

    Returns:
        0; 2 for a wrong call; 4 where something is missing or failed.
    """
    benchmarks = find_benchmarks()
    if words and not words[0].startswith("-"):
        name, rest = words[0], list(words[1:])
    else:
        name, rest = "all", list(words)
    if rest == ["--list"]:
        print(*benchmarks, sep="\n")
        return 0
    try:
        if name == "all":
            return _run_all(benchmarks, rest)
        if name not in benchmarks:
            raise UsageError(f"there is no benchmark {name!r}; there are {', '.join(benchmarks)}")
        return _run_one(benchmarks[name], rest)
    except LabError as error:
        print(f"bench: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("bench: stopped; finished audits are kept with --home DIR only", file=sys.stderr)
        return INTERRUPTED


def _run_one(benchmark: Benchmark, words: Sequence[str]) -> int:
    arguments = _parse_arguments(benchmark, words)
    outcome = _measure(benchmark, arguments)
    if isinstance(outcome, Result):
        if arguments.json:
            print(encode_results([outcome]).decode())
        else:
            print(format_result(outcome), describe_machine(), sep="\n\n")
        return 0
    print(outcome.content.decode() if arguments.json else outcome.text)
    return outcome.exit_code


def _run_all(benchmarks: Mapping[str, Benchmark], words: Sequence[str]) -> int:
    given = _build_parser(benchmarks).parse_args(words)
    results = []
    for benchmark in benchmarks.values():
        if not benchmark.IN_ALL:
            continue
        outcome = _measure(benchmark, _parse_arguments(benchmark, words))
        assert isinstance(outcome, Result)
        results.append(outcome)
        if not given.json:
            print(format_result(outcome), end="\n\n", flush=True)
    print(encode_results(results).decode() if given.json else describe_machine())
    return 0


def _measure(benchmark: Benchmark, arguments: argparse.Namespace) -> Result | Document:
    """Run a benchmark, in a temporary folder unless the user names one."""
    if arguments.home is not None:
        return benchmark.run(arguments)
    with tempfile.TemporaryDirectory(prefix=f"bench-{benchmark.NAME}-") as folder:
        arguments.home = Path(folder)
        return benchmark.run(arguments)


def _parse_arguments(benchmark: Benchmark, words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog=f"python -m bench {benchmark.NAME}", description=f"{benchmark.HELP}."
    )
    benchmark.add_arguments(parser)
    default = benchmark.DEFAULT_TRIALS
    _add_options(parser, default, "all" if default is None else str(default))
    own = list(words[: words.index("--")] if "--" in words else words)
    arguments = parser.parse_args(own)
    arguments.program = tuple(words[len(own) + 1 :]) if len(own) < len(words) else None
    if arguments.program is not None and not hasattr(arguments, "client"):
        raise UsageError(f"the benchmark {benchmark.NAME} takes no program after --")
    return arguments


def _build_parser(benchmarks: Mapping[str, Benchmark]) -> argparse.ArgumentParser:
    width = max(map(len, benchmarks))
    lines = [
        f"  {name:<{width}}  {each.HELP}{'' if each.IN_ALL else ' (not part of all)'}"
        for name, each in benchmarks.items()
    ]
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        usage="python -m bench [NAME] [OPTION…]",
        description="Measure what the lab costs and what it finds.",
        epilog="\n".join(["benchmarks:", *lines, "", "NAME --help lists the options of one."]),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--list", action="store_true", help="print the names of all benchmarks")
    _add_options(parser, None, "each benchmark has its own")
    return parser


def _add_options(parser: argparse.ArgumentParser, trials: int | None, default: str) -> None:
    """Declare the options that every benchmark has.

    Args:
        parser: where.
        trials: the default of ``--trials``.
        default: what its help says of that.
    """
    parser.add_argument(
        "--trials",
        type=_parse_trials,
        default=trials,
        metavar="N",
        help=f"rounds of each side, or audits (default: {default})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    parser.add_argument(
        "--home",
        type=Path,
        metavar="DIR",
        help="keep clients and trials here and use those that are there "
        "(default: a temporary folder, which is deleted at the end)",
    )


def _parse_trials(word: str) -> int:
    if not (word.isascii() and word.isdecimal()) or not 0 < int(word) <= MAX_TRIALS:
        raise argparse.ArgumentTypeError(f"{word!r} is not a number from 1 to {MAX_TRIALS}")
    return int(word)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
