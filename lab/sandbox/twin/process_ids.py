"""Process numbers that a client sees in the twin, in system calls and in ``/proc`` alike."""

__all__ = ["PARENT", "PID"]

PID, PARENT = 2, 1
"""In a jail the client is the first child of process 1."""
