"""What was seen.

In: the records of one trial (:mod:`~lab.observation.records`).  Out: features, which are
locations with values (:mod:`~lab.observation.features`), and texts aligned with a reference
(:mod:`~lab.observation.text.alignment`).  Everything here is a pure function.
"""
