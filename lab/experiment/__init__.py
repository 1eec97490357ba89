"""How we know.

In: a client and the user's options.  Out: typed events, the last of which carries the
report.  :mod:`~lab.experiment.design.covering_array` says which environments to try,
:mod:`~lab.experiment.columns.extract` turns observations into comparable columns,
:mod:`~lab.experiment.isolate.causes` finds causes and asks for the trials that would tell two
explanations apart, :mod:`~lab.experiment.confirm.permutation` says how sure we are, and
:mod:`~lab.experiment.audit` is the engine that ties them together.
"""
