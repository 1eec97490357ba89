"""Factors: the inputs that the lab can vary, one file per factor.

A *factor* is an input such as ``timezone``, a *level* is one value of it, and the *control* is
the level that it has while other factors are varied.

In: an environment, which is a level for every factor.  Out: a
:class:`~lab.factors.host_spec.HostSpec`, a value with everything that a client can see of its
host.  Nothing here reads the real host or does IO: the sandbox builds what the spec describes.
The rest of the lab uses :mod:`lab.factors.registry`.
"""
