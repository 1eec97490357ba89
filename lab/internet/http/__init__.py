"""HTTP/1, HTTP/2 and WebSocket: the server's side, without IO.

In comes clear text of a connection; out go answers, requests and messages as records, and inner
layers where a tunnel opens.  :mod:`.exchange` is one request of any version.
"""
