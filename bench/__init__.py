"""What the lab costs and what it finds, measured; ``python -m bench --help`` lists the benchmarks.

A benchmark is one module of this folder and its test: :mod:`bench.registry` says what it has to
define, and finds it.  Costs are ratios: with the lab against without, both measured in one run in
turns (A B A B …), because the speed of a machine drifts; they are given as median, least and most.

In: a number of rounds, or specimens and seeds.  Out: a :class:`bench.figures.Result` for costs, a
:class:`bench.figures.Document` for what the lab finds.  No test asserts these numbers: they belong
to the machine on which they were measured.

Everything that a benchmark writes is in a temporary folder of its own, or in ``--home`` if given.
"""
