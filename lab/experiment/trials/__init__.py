"""Trials: planned, run within the limits, stored, and as rows of features.

In: environments to try.  Out: :class:`~lab.experiment.trials.row.Row`, one per trial.  Nothing here
imports the reasoning about trials.
"""
