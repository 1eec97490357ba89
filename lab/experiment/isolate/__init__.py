"""Isolation: from columns to causes, and to the trials that distinguish explanations.

In: columns and the changes of each trial.  Out:
:class:`~lab.experiment.isolate.cause_search.FoundCauses` and
:class:`~lab.experiment.isolate.next_trials.NextTrials`.
"""
