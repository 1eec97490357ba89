"""Scripted model APIs: what the servers answer to a request.

In come a recorded request and a :class:`.script.Script`; out goes a
:class:`~lab.internet.response.Response` (:func:`.responder.answer_request`).  Each file in
``providers/`` reads and writes one API; :mod:`.conversation` decides the model's turn for all.
"""
