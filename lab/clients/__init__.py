"""Clients under test: profiles, installation, and the mining of their files.

In: what the user typed (a name, a profile's path, a program).  Out: a
:class:`~lab.clients.profile.Client`, pinned by version and digest, ready for a jail.
:func:`lab.clients.resolve.resolve` is the entry point.  ``profiles/`` has one TOML file per
client; a new client is one more file.  Packages come through npm and pip only, and install
scripts never run.
"""
