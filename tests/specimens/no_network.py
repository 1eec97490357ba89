"""Sends nothing at all."""

print("nothing to do")
