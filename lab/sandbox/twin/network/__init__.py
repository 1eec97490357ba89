"""The client's network: sockets in memory, name resolution and TLS.

It takes what the client sends and passes it to the lab's own protocol sessions, which record and
answer it.
"""
