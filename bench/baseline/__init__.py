"""The baseline of the cost benchmarks: the same client and the same load, without the lab.

In: the jail that the lab would run (:mod:`~bench.baseline.bare_namespace`), or a request to send
again and again (:mod:`~bench.baseline.load_generator`).  Out: wall and CPU times.  The baseline
runs in a network namespace of its own (:mod:`~bench.baseline.namespace_main`) with a plain server
(:mod:`~bench.baseline.plain_server`); a driver starts the client there
(:mod:`~bench.baseline.client_driver`).
"""
