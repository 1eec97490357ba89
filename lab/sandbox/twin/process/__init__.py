"""The client's process: environment variables, clock, streams, identity, exit and time limit.

Each module takes a host spec at the start of a trial and registers replacements of functions.
"""
