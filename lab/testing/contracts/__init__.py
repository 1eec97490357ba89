"""Contracts: statements about when a probe may fire, and the search for counterexamples.

It takes a client or callable, a predicate for when the probe fires, and statements about
machines; it returns a :class:`~lab.testing.contracts.verdict.Verdict`.  ``contract`` is the
interface.  Each statement is a ``claim``; ``claim_evaluation`` searches for a counterexample
(``boundaries`` of the statement, ``neighbours`` of levels, ``counterexample_search`` with
Hypothesis) and estimates how often the claim is broken (``sampling``, ``violation_rate``).
``context`` is what can be varied, ``trial_budget`` runs the trials; ``noninterference`` and
``destinations`` are the two claims that are not about firing.
"""
