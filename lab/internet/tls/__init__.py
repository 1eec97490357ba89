"""TLS: the ClientHello is recorded, then the connection is decrypted in memory.

In come TLS records; out go :class:`~lab.observation.records.ClientHello` or
:class:`~lab.observation.records.TlsFailure` records, and clear text for an inner layer.
Certificates come from :mod:`.certificate_authority`.
"""
