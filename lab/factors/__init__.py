"""What can be varied: one file a factor, and the surroundings that factors build.

In comes a level, a string such as ``Asia/Tokyo``; out goes a
:class:`~lab.factors.host_spec.HostSpec`, a plain value that says everything a client
can see.  Nothing here reads the host or does IO: the sandbox makes surroundings real.
:mod:`lab.factors.registry` is where the rest of the lab asks.
"""
