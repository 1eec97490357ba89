"""Data of factors: tables of what real machines have, and functions that write its formats.

In: a value from a level (a host, a name, a kind).  Out: plain data: files, variables, addresses.
No factor is defined here; the file of a factor says what its levels mean.
"""
