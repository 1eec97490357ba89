"""Differences between two texts that a reader does not see.

In: two texts.  Out: whether they differ only covertly (``covert``), and each difference by code
point with its kind (``difference_kinds``).  ``confusables`` and ``bidi`` implement the Unicode
standards for characters that look alike and for right-to-left text.
"""
