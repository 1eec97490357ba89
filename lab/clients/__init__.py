"""What is tested: profiles, and how a client gets onto this machine.

In: what the user typed (a name, a profile's path, a program).  Out: a
:class:`~lab.clients.profile.Client`, pinned by version and digest, ready for a jail.
``resolve`` is the door; ``profiles/`` holds one TOML file a client, and a new client is one
more file.  Registries are reached through npm and pip only, and no install script ever runs.
"""
