"""The cell: namespaces in which every address answers and from which nothing leads out.

In: the network of a host spec.  Out: sockets at which all traffic arrives
(:class:`lab.internet.cell_sockets.CellSockets`), and a holder process that starts jails.

``cell`` opens a cell from outside and ``holder_client`` sends requests; ``holder`` with
``netns``, ``tree_mounts``, ``exec_jail``, ``subprocesses`` and ``libc`` runs inside.
``network_plan``, ``interface_plan``, ``network_change`` and ``nftables`` are pure.
"""
