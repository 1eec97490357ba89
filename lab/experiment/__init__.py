"""How we know.

In: a client and the user's options.  Out: typed events, the last of which carries the
report.  :mod:`~lab.experiment.design` says which environments to try,
:mod:`~lab.experiment.columns` turns observations into comparable columns,
:mod:`~lab.experiment.inference` finds causes and asks for the trials that would tell two
explanations apart, :mod:`~lab.experiment.permutation` says how sure we are, and
:mod:`~lab.experiment.audit` is the engine that ties them together.
"""
