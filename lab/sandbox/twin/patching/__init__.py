"""Replacing functions of the standard library for the threads of the client.

It takes functions and what replaces them; during a trial the client's threads call the
replacements, and all others the real functions.  An audit hook stops what bypasses them.
"""
