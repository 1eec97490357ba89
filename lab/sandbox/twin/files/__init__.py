"""The client's files: a file system in memory, filled from the jail's plan.

It takes the items of the plan and the folders of the host that a jail shows; the replaced
functions of ``os`` and ``open`` read and write it.
"""
