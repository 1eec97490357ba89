"""What a trial sent, made comparable.

In: the records of one trial (:mod:`.records`).  Out: features, which are locations with values
(:mod:`.features`), and texts aligned with a reference (:mod:`.text.alignment`).  A location names
a part of a message (:mod:`.parts`) and a pointer within it.  Everything here is a pure function.
"""
