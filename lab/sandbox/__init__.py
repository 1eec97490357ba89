"""Where a client runs: isolated from the network, in a simulated host, watched and ended.

In: a client and an environment.  Out: a
:class:`~lab.sandbox.timed_observation.TimedObservation` of each trial.

``cell`` is the isolated network and the process that holds its namespaces; ``jail`` is the
simulated host, in which one run of a client takes place.  Modules that plan are pure; those
that act are ``cell.cell``, ``cell.holder`` and what it imports, ``jail.host_survey``,
``jail.tree_writer`` and ``jail.execute``.  ``sandbox`` joins both to the lab's servers,
``requirements`` checks what the machine must have, ``measurable`` which factors a client can
be measured with.  ``twin`` observes a Python callable in the lab's own process instead.

Layers, the highest first: ``sandbox``; ``requirements``, ``measurable`` and ``twin``; ``jail``;
``cell``.  In ``jail``, ``files`` is the lowest.
"""
