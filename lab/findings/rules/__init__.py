"""What the levels with the same effect have in common, in words.

In: the levels of a group and all levels that were tried.  Out: a rule such as ``host ends with
.cn``, or None.  ``level_attributes`` reads attributes of a level, ``level_rules`` looks for the
simplest rule over them.
"""
