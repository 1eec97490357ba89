"""Design: the trials that are planned before anything is known.

In: levels by factor.  Out: :class:`~lab.experiment.design.covering_array.Design`.
"""
