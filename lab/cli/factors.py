"""``lab factors``: list the factors that can be varied, and their levels."""

from __future__ import annotations

import argparse
import json

from lab.cli.shared_options import add_json

NAME = "factors"
HELP = "list the factors that can be varied, or the levels of one factor"

_DEFINITIONS = (
    "A factor is an input that the lab varies, a level is one value of it, and the control is\n"
    "the level that it has while other factors are varied."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Take nothing, or the name of a factor."""
    parser.add_argument("name", nargs="?", metavar="FACTOR", help="show the levels of this one")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """List the factors, or one of them with its levels."""
    from lab.factors.registry import factors, get_factor

    chosen = factors() if arguments.name is None else {arguments.name: get_factor(arguments.name)}
    if arguments.json:
        found = [
            {
                "name": name,
                "summary": item.summary,
                "control": item.control,
                "levels": list(item.levels),
            }
            for name, item in chosen.items()
        ]
        print(json.dumps({"schema": "fingerprint-lab/factors/1", "factors": found}))
        return 0
    print(f"{_DEFINITIONS}\n")
    if arguments.name is None:
        width = max(map(len, chosen))
        for name, item in chosen.items():
            print(f"{name:<{width}}  {item.summary}")
        print("\nlab factors FACTOR lists its levels; docs/factors/FACTOR.md describes them.")
        return 0
    item = chosen[arguments.name]
    print(f"{item.name}: {item.summary}\n\n  {item.control}  (control)")
    for level in item.levels:
        print(f"  {level}")
    print(f"\nA factor accepts more levels than these: see docs/factors/{item.name}.md.")
    return 0
