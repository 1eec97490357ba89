"""The lab's own internet: the servers that a client in a cell talks to.

In comes what a client sends, through the sockets of its cell (:mod:`.cell_sockets`); out go its
records (:class:`.journal.Recording`) and the answers.

Protocols are layers without IO.  :mod:`.connection` says how layers over TCP stack,
:mod:`.sniffer` recognises the protocol of a connection by its first bytes, and :mod:`.udp` the
layer of a datagram by its port.  A new protocol is a folder of its own, one registration, and a
place in the order of imports (``pyproject.toml``): ``tls/``, ``http/`` and ``dns/`` are such
folders, and an HTTP/3 listener would be ``quic/listener.py``, registered in :data:`.udp.LAYERS`,
above ``http``.  What is answered is a pure function of the request (``models/``).  Only
:mod:`.server` and :mod:`.tcp_transport` touch sockets.
"""
