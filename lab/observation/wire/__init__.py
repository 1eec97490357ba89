"""What the bytes of each layer of a connection say besides the messages in them.

One reader a protocol.  A reader divides the bytes of a layer into pieces that it understands, and
states as facts what the records of messages do not hold.  What no piece covers is the remainder.
"""
