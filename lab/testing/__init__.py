"""What tests use: a client to observe again and again, comparisons, contracts.

In comes a client, or a Python callable, and environments; out come answers that a plain
``assert`` can be asked about: two environments that cannot be told apart by what is sent
(``comparison``), a statement that holds (``contract``).  ``subject`` runs each trial once and
remembers it, ``observed`` is what a test sees of it, ``current`` is the subject that a test
run is about, ``told`` what a failing test has to say, ``profiles`` how long Hypothesis looks.

Nothing here decides anew what a difference is: that is the experiment's.  Nothing here knows
pytest, which :mod:`lab.plugin` does.
"""
