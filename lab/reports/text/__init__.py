"""Text that all reports share.

In: text of a client, levels, locations and numbers.  Out: text that is safe to print (``safe``),
in words that are the same everywhere (``phrases``), as a difference (``diff``), and in lines
(``wrapping``).
"""
