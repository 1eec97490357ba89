"""Scripted model providers, one file each; adding a file adds a provider.

In comes a request whose body is decoded (:class:`lab.internet.models.provider.ProviderRequest`);
out goes the answer in the exact shape of the real API, or None where the request is not of that
API.  Each module holds one constant, ``PROVIDER``.  What the model says is decided in
:mod:`lab.internet.models.conversation`, the same for all.
"""
