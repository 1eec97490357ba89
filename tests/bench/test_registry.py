"""Every benchmark has the same interface, and CI runs each of them."""

import argparse
import inspect
from pathlib import Path

import pytest

import bench
from bench.__main__ import main
from bench.registry import find_benchmarks

BENCHMARKS = find_benchmarks()
CHECKOUT = Path(bench.__file__).parents[1]


def test_they_are_found_by_folder():
    assert {"overhead", "twin", "nulls", "detection"} <= set(BENCHMARKS)
    assert list(BENCHMARKS) == sorted(BENCHMARKS)


@pytest.mark.parametrize("benchmark", BENCHMARKS.values(), ids=BENCHMARKS)
def test_a_benchmark_has_the_interface(benchmark):
    assert benchmark.NAME.isidentifier()
    assert 20 <= len(benchmark.HELP) <= 90
    assert not benchmark.HELP.endswith(".")
    assert benchmark.DEFAULT_TRIALS is None or benchmark.DEFAULT_TRIALS >= 1
    assert benchmark.IN_ALL in (True, False)
    assert list(inspect.signature(benchmark.run).parameters) == ["arguments"]
    parser = argparse.ArgumentParser()
    benchmark.add_arguments(parser)
    # What all of them have is declared once.
    own = {option for action in parser._actions for option in action.option_strings}
    assert own.isdisjoint({"--trials", "--json", "--home"})
    assert parser.parse_args([]) is not None


@pytest.mark.parametrize("name", BENCHMARKS)
def test_help_names_the_common_options(name, capsys):
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert all(option in text for option in ("--trials N", "--json", "--home DIR"))


def test_list_prints_the_names_of_all(capsys):
    assert main(["--list"]) == 0
    assert capsys.readouterr().out.split() == list(BENCHMARKS)


def test_ci_runs_each_of_the_list_with_one_trial():
    script = (CHECKOUT / ".ci" / "run").read_text(encoding="utf-8")
    assert "for name in $(python -m bench --list); do" in script
    assert 'python -m bench "$name" --trials 1 --json' in script


@pytest.mark.parametrize("name", BENCHMARKS)
def test_the_reference_has_a_row_for_each(name):
    page = (CHECKOUT / "docs" / "reference-bench.md").read_text(encoding="utf-8")
    assert f"| `python -m bench {name}" in page
