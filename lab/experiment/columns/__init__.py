"""Features of trials to columns: one comparable value per trial and location.

In: the features of all trials, and which trials are replicates of one environment.  Out:
:class:`~lab.experiment.columns.column.Column` records for everything that differs between
environments, and :class:`~lab.experiment.columns.column.NoisyLocation` records for everything
that differs between replicates.  ``ladder`` defines the views in which values are compared,
``canaries`` searches noisy locations for generated values, and ``noise_measures`` turns noise
into numbers whose distributions can be tested.
"""
