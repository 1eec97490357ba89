"""The commands of ``lab``, one module each.

In: parsed arguments.  Out: results on stdout, progress and errors on stderr, an exit code.
A module of this folder that defines ``NAME`` is a command (:mod:`lab.cli.commands` documents the
interface); no other file is edited to add one.  A command imports everything beyond the standard
library inside ``run``, so that ``lab --help`` stays fast.
"""
