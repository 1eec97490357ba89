"""The experiment: from a client and options to a report, in stages.

In: a client and the user's options.  Out: typed events, the last of which carries the report.
:mod:`~lab.experiment.audit` is the entry point and :mod:`~lab.experiment.engine` runs the phases.

| folder | stage | record that goes on |
|---|---|---|
| ``design`` | which trials to plan before anything is known | ``Design`` |
| ``trials`` | run trials within the limits | ``Row`` |
| ``columns`` | comparable values, noise left out | ``Column``, ``NoisyLocation`` |
| ``mining``, ``search``, ``sweep`` | which further levels to try | levels of factors |
| ``isolate`` | causes, and the next trials | ``FoundCauses``, ``NextTrials`` |
| ``confirm`` | tests of the hypotheses | ``Effect`` |
| ``tabulate`` | signals with tables and minimal pairs | ``Report`` |
"""
