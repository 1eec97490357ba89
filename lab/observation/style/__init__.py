"""How something is written, apart from its contents.

In: raw bytes or text.  Out: descriptions in words that stay the same while the contents change:
white space, escapes, compression headers, options of a DNS query.
"""
