"""Search for levels that no factor lists.

In: the levels of an audit, and words from the client's files.  Out: a
:class:`~lab.experiment.search.level_search.SearchResult` with further levels, to be confirmed like
any other.  ``level_search`` runs the phase, ``level_variants`` builds and simplifies levels, and
``novelty`` says what a level causes that no known level does.
"""
