"""Mining: which of the variables that a client mentions have an effect.

In: the names of variables found in a client's files, with values to set.  Out: a
:class:`~lab.experiment.mining.variable_mining.MiningResult` with levels of the factor
``variables``.  ``group_testing`` is the search, ``behaviour_token`` says which trials behaved
alike, and ``variable_mining`` runs the phase.
"""
