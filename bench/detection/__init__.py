"""How well the lab finds what is planted, beside three classic methods on the same specimens.

Each method gets the same specimens, features, views and judgement; only which trials it asks
for (*design*) and what it concludes from them (*inference*) are its own:

- :mod:`~bench.detection.onefactor`: one factor at a time, with replicates;
- :mod:`~bench.detection.addone`: variations are added one after another, as reprotest does;
- :mod:`~bench.detection.blocked`: a permutation test per factor in blocks, as AdFisher does.

All draw their trials from one store a specimen and seed (:mod:`~bench.detection.oracle`), so
that what one of them measured is never run again.  :mod:`~bench.detection.contest` runs the lab
and then the others with as many trials as it used, :mod:`~bench.detection.scores` counts, and
:mod:`~bench.detection.command` is what ``python -m bench detection`` runs.
"""
