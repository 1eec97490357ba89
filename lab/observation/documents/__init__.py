"""Structured documents: bodies and embedded values to leaves.

In: a body, or a value that holds a document.  Out: leaves, each a pointer and a text.
"""
