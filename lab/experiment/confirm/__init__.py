"""Confirmation: hypotheses to be tested, the fresh trials that test them, and p-values.

In: an :class:`~lab.experiment.confirm.effect.Effect` for each cause of a column group.  Out: the
trials to run (``schedule``, ``packing``), and p-values of effects on values (``permutation``) and
on distributions (``distribution_shifts``), corrected for their number (``multiple_testing``).
"""
