"""How a value contains a text: plainly, encoded, as a digest, or not at all.

In: a value from the traffic and the texts to search for.  Out: a
:class:`~lab.findings.encodings.search.Hit` with the name of the encoding and the number of
such hits that chance alone would produce.

``text_encodings`` is the table of encodings; to add one (a variant of base85, say), add a
record there.  ``digest_forms`` has the digests, ``decoders`` the encodings and compressions
that are undone before the search goes on.  ``forms`` and ``search`` use these tables and name
none of their entries.
"""
