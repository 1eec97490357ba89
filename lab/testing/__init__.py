"""What tests use: observe a client many times, compare environments, state contracts.

It takes a client or a Python callable, and environments; it returns values that a plain
``assert`` can test: whether two environments are indistinguishable by what is sent
(``comparison``), whether a statement holds (``contracts``).  ``subject_runner`` runs each trial
once, ``observed`` is what a test sees of a trial, ``subject`` joins the two.  ``current_subject``
is the subject of a test run, ``failure_note`` the text for a failed test, ``hypothesis_profiles``
how many examples Hypothesis runs.

What counts as a difference is decided in :mod:`lab.experiment`.  Nothing here imports pytest.
"""
