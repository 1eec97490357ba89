"""How much a signal reveals about the environment, in bits.

In: signals with their decision tables, and the factors of the audit.  Out: bits of one signal
and of all signals together (``entropy``), over a stated distribution of environments
(``population``).
"""
