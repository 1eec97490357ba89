"""The lab's own internet: the servers that a sealed client talks to.

In comes what a client sends, through the sockets of its cell (:mod:`.sockets`); out go
records of it (:class:`.recorder.Recording`) and answers.  Protocols are layers without IO
(:mod:`.context` tells how they stack; :mod:`.sniff` finds out which); what is answered is a
pure function of the request (:mod:`.answers`, :mod:`.conversation`, ``providers/``); only
:mod:`.shell` and :mod:`.wire` touch sockets.
"""
