"""Sweeps: all levels that a factor can have, one trial each.

In: the signals of an audit and the factors to sweep.  Out: a partition of the levels by what they
send, added to each signal, and levels with effects that no signal describes.  ``sweep`` runs the
trials, ``partition`` reads them.
"""
