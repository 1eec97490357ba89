"""What the lab costs, always as a ratio: with the lab against without, in one run.

``python -m bench [overhead|cell|internet|analysis]``.  Both sides are measured in turns
(A B A B …), because a machine's speed drifts, and told as median, least and most.  Nothing
here is asserted by a test: a figure belongs to the machine that it was measured on.

In come a client and a number of rounds; out goes a :class:`bench.figures.Result`.
"""
