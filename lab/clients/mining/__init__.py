"""Names in a client's own files that are worth trying: environment variables and hosts.

In: the client's installed files.  Out: the names and words found there, which become levels of
the experiment.  Nothing is concluded from a name: only trials show whether it has an effect.
"""
