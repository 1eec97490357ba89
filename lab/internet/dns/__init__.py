"""DNS: the name server and its transports.

In come DNS messages over UDP, TCP, TLS or HTTPS; out go answers and
:class:`~lab.observation.records.DnsQuery` records.  Every name has an address that depends on
the name alone (:mod:`.name_addresses`).
"""
