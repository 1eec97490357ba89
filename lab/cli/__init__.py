"""The commands of ``lab``, one module each.

In: parsed arguments.  Out: results on stdout, words for people on stderr, an exit code.
A module in this folder that defines ``NAME`` is a command (:mod:`lab.cli.commands` says
what else it has); nothing else has to be edited to add one.  Whatever a command needs beyond
the standard library it imports inside ``run``, so that ``lab --help`` stays quick.
"""
