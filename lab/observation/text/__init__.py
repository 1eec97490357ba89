"""Texts: alignment with a reference, longest common subsequences, masks for noisy values.

In: two texts, or one.  Out: the slots that differ, or the text with identifiers blanked.
"""
